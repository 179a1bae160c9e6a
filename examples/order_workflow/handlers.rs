//! What to do about it: three ordinary functions.

use crate::events::{FulfillmentQueued, OrderPlaced, PaymentAuthorized};
use crate::gateway::{Gateway, PaymentError};
use crate::ledger::Ledger;
use event_runtime::prelude::*;

/// Authorizes the payment of the newest revision of an order.
#[handler(retry(attempts = 4, from = "20ms", to = "1s"), timeout = "10s", concurrency = 32)]
pub async fn authorize_payment(
    order: OrderPlaced,
    gateway: State<Gateway>,
    ledger: State<Ledger>,
    ctx: Context,
) -> Result<PaymentAuthorized, PaymentError> {
    ledger.arrived(&order, &ctx)?;
    // The same key for every attempt and every copy of this event: the gateway charges once.
    let authorization = gateway.authorize(&ctx.idempotency_key(), &order.card).await?;
    ledger.paid(authorization, &ctx);
    tracing::info!(order = order.order_ref, authorization, "payment authorized");
    Ok(PaymentAuthorized {
        order_ref: order.order_ref,
        authorization,
        total_cents: order.total_cents,
    })
}

/// Puts a paid order on the list of a warehouse.
#[handler(rate = "5000/s")]
pub async fn queue_fulfillment(payment: PaymentAuthorized, ledger: State<Ledger>, ctx: Context) -> FulfillmentQueued {
    let place = ledger.enlist(&payment, &ctx);
    FulfillmentQueued {
        warehouse: if place.is_multiple_of(2) { "north" } else { "south" }.to_owned(),
        order_ref: payment.order_ref,
        place,
    }
}

/// Closes the books on what is on its way, many orders at a time.
#[handler(batch(max = 50, within = "20ms"))]
pub async fn close_orders(queued: Batch<FulfillmentQueued>, ledger: State<Ledger>) {
    for one in &queued {
        ledger.close(&one.metadata.correlation_id);
    }
}
