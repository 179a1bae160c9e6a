//! A made-up shop with 30 events and 16 handlers: shapes of every kind, several versions, a circle, events of others.

use super::types::Order;
use event_contract::{Contract, Object, Schema, Shape, ShapeField as Field, Unrouted, Version, sorted};
use event_runtime::prelude::*;
use event_runtime::{DecodeError, Event};
use std::borrow::Cow;

const V2: Version = Version::new(2).unwrap();

fn decode<E: Event>(body: &[u8]) -> Result<E, DecodeError> {
    event_runtime::envelope::decode_json(E::CONTRACT.type_name, body)
}

/// The richest of them: it also reads version 1.
impl Event for Order {
    const CONTRACT: &'static Contract = &Contract::new("order.placed", V2, "order.placed.v2")
        .with_owner("checkout")
        .with_summary(
            "A customer placed an order, with `<script>alert(1)</script>` | and \"quotes\" in its documentation.",
        )
        .with_key("order_id")
        .with_reads(&[Version::FIRST])
        .with_data(match &<Order as Schema>::SHAPE {
            Shape::Object(data) => data,
            _ => panic!("an order is an object"),
        });

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(self.order_id.to_string().into())
    }

    fn decode(_: Version, body: &[u8]) -> Result<Self, DecodeError> {
        decode(body)
    }
}

macro_rules! events {
    ($($ty:ident $name:literal $owner:literal $summary:literal;)*) => {
        $(
            #[derive(Debug, Clone, Serialize, Deserialize)]
            pub(crate) struct $ty {
                order_id: Uuid,
                revision: u32,
                amount_cents: i64,
                reason: Option<String>,
                customer_email: String,
            }

            impl Event for $ty {
                const CONTRACT: &'static Contract = {
                    const FIELDS: [Field; 5] = sorted([
                        Field::new("order_id", Shape::Text("uuid")),
                        Field::new("revision", <u32>::SHAPE),
                        Field::new("amount_cents", <i64>::SHAPE),
                        Field::new("reason", <Option<String>>::SHAPE),
                        Field::new("customer_email", Shape::STRING).sensitive(),
                    ]);
                    const DATA: &Object = &Object::new(stringify!($ty), &FIELDS);
                    &Contract::new($name, Version::FIRST, concat!($name, ".v1"))
                        .with_owner($owner)
                        .with_summary($summary)
                        .with_key("order_id")
                        .with_sequence("revision")
                        .with_unrouted(Unrouted::Keep)
                        .with_data(DATA)
                };

                fn decode(_: Version, body: &[u8]) -> Result<Self, DecodeError> {
                    decode(body)
                }
            }
        )*

        pub(crate) const NAMES: &[&str] = &["order.placed", $($name),*];
    };
}

events! {
    CartAbandoned "cart.abandoned" "checkout" "A customer left with something in the cart.";
    OrderChecked "order.checked" "checkout" "Everything in the order exists and has a price.";
    OrderRejected "order.rejected" "checkout" "The order cannot be fulfilled as it is.";
    OrderChanged "order.changed" "checkout" "The customer changed an order before it was packed.";
    OrderCancelled "order.cancelled" "checkout" "The customer took the order back.";
    OrderCompleted "order.completed" "checkout" "Everything was delivered and paid.";
    FraudSuspected "fraud.suspected" "risk" "The order looks like those of a known pattern.";
    FraudCleared "fraud.cleared" "risk" "A person looked at the order and found nothing.";
    PaymentAuthorized "payment.authorized" "payments" "The gateway set the money aside.";
    PaymentDeclined "payment.declined" "payments" "The bank said no.";
    PaymentCaptured "payment.captured" "payments" "The money is ours.";
    PaymentRefunded "payment.refunded" "payments" "The money went back.";
    StockReserved "stock.reserved" "warehouse" "The goods are set aside.";
    StockMissing "stock.missing" "warehouse" "Something is not on the shelf.";
    StockReleased "stock.released" "warehouse" "The goods are back on the shelf.";
    StockCounted "stock.counted" "warehouse" "Somebody counted a shelf.";
    ParcelPacked "parcel.packed" "warehouse" "The goods are in a box.";
    ParcelLabelled "parcel.labelled" "shipping" "The box has an address.";
    ParcelHandedOver "parcel.handed_over" "shipping" "The carrier has the box.";
    ParcelDelayed "parcel.delayed" "shipping" "It will be late.";
    ParcelDelivered "parcel.delivered" "shipping" "The customer has the box.";
    ParcelReturned "parcel.returned" "shipping" "The box came back.";
    InvoiceWritten "invoice.written" "billing" "The invoice has a number.";
    InvoiceSent "invoice.sent" "billing" "The customer has the invoice.";
    ReminderSent "reminder.sent" "billing" "The invoice was not paid in time.";
    MailSent "mail.sent" "notifications" "A mail left the house.";
    MailBounced "mail.bounced" "notifications" "A mail came back.";
    CustomerJoined "customer.joined" "accounts" "Somebody has an account.";
    CustomerForgotten "customer.forgotten" "accounts" "Everything about a customer was erased.";
}

macro_rules! handlers {
    ($($(#[$attribute:meta])* $name:ident($input:ty) $(-> $output:ty)?;)*) => {
        $(
            $(#[$attribute])*
            async fn $name(event: $input) -> Result<handlers!(@ $($output)?), BoxError> {
                drop(event);
                Err("it is only looked at".into())
            }
        )*
    };
    (@) => { () };
    (@ $output:ty) => { $output };
}

#[derive(EventSet)]
#[expect(dead_code, reason = "nobody looks into them")]
pub(crate) enum Payments {
    Authorized(PaymentAuthorized),
    Declined(PaymentDeclined),
}

#[derive(EventSet)]
#[expect(dead_code, reason = "nobody looks into them")]
pub(crate) enum News {
    Delivered(ParcelDelivered),
    Delayed(ParcelDelayed),
    Invoice(InvoiceSent),
}

handlers! {
    /// Checks prices and addresses.
    #[handler(retry(attempts = 3, from = "100ms", to = "5s"), rate = "200/s")]
    check_order(Order) -> (OrderChecked, Option<OrderRejected>, Option<FraudSuspected>);
    /// Asks a person.
    #[handler(timeout = "60s", from = ["risk", "checkout"])]
    review_fraud(FraudSuspected) -> Option<FraudCleared>;
    /// Sets the money aside.
    #[handler(retry(attempts = 8, from = "200ms", to = "60s"))]
    authorize_payment(OrderChecked) -> (Option<PaymentAuthorized>, Option<PaymentDeclined>);
    /// Sets the goods aside.
    #[handler]
    reserve_stock(OrderChecked) -> (Option<StockReserved>, Option<StockMissing>);
    /// Tells the customer how the payment went.
    #[handler]
    tell_customer(Payments) -> MailSent;
    /// Puts the goods in a box.
    #[handler(batch(max = 20, within = "1s"), concurrency = 4)]
    pack(Batch<StockReserved>) -> Vec<ParcelPacked>;
    /// Prints a label.
    #[handler]
    label(ParcelPacked) -> ParcelLabelled;
    /// Gives it to the carrier, and takes the money.
    #[handler]
    hand_over(ParcelLabelled) -> (ParcelHandedOver, PaymentCaptured);
    /// Follows the parcel.
    #[handler]
    follow(ParcelHandedOver) -> (Option<ParcelDelivered>, Option<ParcelDelayed>);
    /// Writes the invoice.
    #[handler]
    write_invoice(PaymentCaptured) -> InvoiceWritten;
    /// Sends the invoice.
    #[handler]
    send_invoice(InvoiceWritten) -> (InvoiceSent, Option<ReminderSent>);
    /// Takes it back.
    #[handler]
    take_back(ParcelReturned) -> (StockReleased, PaymentRefunded);
    /// Starts again with what is there: the flow has a circle.
    #[handler]
    reorder(StockReleased) -> Option<OrderChecked>;
    /// Puts everything in front of the customer.
    #[handler]
    news(News) -> (MailSent, Option<OrderCompleted>);
    /// Looks at mails that came back.
    #[handler]
    clean_addresses(MailBounced);
    /// Erases a customer.
    #[handler]
    forget(CustomerForgotten);
}

pub(crate) fn service() -> Service<impl Sized> {
    Service::new("shop")
        .bus("shop")
        .publishes::<Order>()
        .publishes::<CartAbandoned>()
        .publishes::<OrderChanged>()
        .publishes::<OrderCancelled>()
        .publishes::<StockCounted>()
        .publishes::<CustomerJoined>()
        .handle::<check_order>()
        .handle::<review_fraud>()
        .handle::<authorize_payment>()
        .handle::<reserve_stock>()
        .handle::<tell_customer>()
        .handle::<pack>()
        .handle::<label>()
        .handle::<hand_over>()
        .handle::<follow>()
        .handle::<write_invoice>()
        .handle::<send_invoice>()
        .handle::<take_back>()
        .handle::<reorder>()
        .handle::<news>()
        .handle::<clean_addresses>()
        .handle::<forget>()
}
