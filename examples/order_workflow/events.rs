//! What happens: the four events of the workflow.

use event_runtime::prelude::*;

/// A customer placed an order, or changed one.
#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
pub struct OrderPlaced {
    /// The shop's number of the order.
    #[event(key)]
    pub order_ref: String,
    /// 1 for a new order, one more with every change.
    #[event(sequence)]
    pub revision: u32,
    /// Where the receipt goes.
    #[event(sensitive)]
    pub email: String,
    /// The card, as the payment gateway calls it.
    pub card: String,
    /// What is to be paid.
    pub total_cents: i64,
}

/// An order is good, and its payment may be taken.
#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "payment.requested", version = 1, owner = "checkout")]
pub struct PaymentRequested {
    /// The shop's number of the order.
    #[event(key)]
    pub order_ref: String,
    /// Where the receipt goes.
    #[event(sensitive)]
    pub email: String,
    /// The card, as the payment gateway calls it.
    pub card: String,
    /// What is to be paid.
    pub total_cents: i64,
}

/// The gateway set the money aside.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "payment.authorized", version = 1, owner = "payments")]
pub struct PaymentAuthorized {
    /// The shop's number of the order.
    #[event(key)]
    pub order_ref: String,
    /// The gateway's number of the authorization.
    pub authorization: u64,
    /// What was set aside.
    pub total_cents: i64,
}

/// A warehouse has the order on its list.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "fulfillment.queued", version = 1, owner = "warehouse")]
pub struct FulfillmentQueued {
    /// The shop's number of the order.
    #[event(key)]
    pub order_ref: String,
    /// Where it is packed.
    pub warehouse: String,
    /// Its place in the warehouse's list.
    pub place: u64,
}
