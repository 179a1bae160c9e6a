//! What to do about it: four ordinary functions.

use crate::events::{FulfillmentQueued, OrderPlaced, PaymentAuthorized, PaymentRequested};
use crate::gateway::{Gateway, PaymentError};
use crate::ledger;
use event_runtime::prelude::*;

/// Takes the newest revision of an order, once.
#[handler(idempotent)]
pub async fn accept_order(
    order: OrderPlaced,
    ctx: Context,
    tx: &mut Tx<'_, Sqlite>,
) -> Result<Option<PaymentRequested>, BoxError> {
    let stale = ledger::accept(tx, &order, ctx.id()).await?;
    Ok((!stale).then_some(PaymentRequested {
        order_ref: order.order_ref,
        email: order.email,
        card: order.card,
        total_cents: order.total_cents,
    }))
}

/// Sets the money of an order aside.
// No transaction: a slow gateway would hold it open, and in SQLite all other writers wait for it. What is outside of the
// database is done once by its key; the answer is written down by the next handler, which is idempotent.
#[handler(retry(attempts = 4, from = "20ms", to = "1s"), timeout = "10s", concurrency = 32)]
pub async fn authorize_payment(
    request: PaymentRequested,
    gateway: State<Gateway>,
    ctx: Context,
) -> Result<PaymentAuthorized, PaymentError> {
    // The same key for every attempt and every copy of this event: the gateway charges once.
    let authorization = gateway.authorize(&ctx.idempotency_key(), &request.card).await?;
    tracing::info!(order = request.order_ref, authorization, "payment authorized");
    Ok(PaymentAuthorized {
        order_ref: request.order_ref,
        authorization,
        total_cents: request.total_cents,
    })
}

/// Writes a payment down, and puts the order on the list of a warehouse.
#[handler(idempotent)]
pub async fn queue_fulfillment(
    payment: PaymentAuthorized,
    ctx: Context,
    tx: &mut Tx<'_, Sqlite>,
) -> Result<FulfillmentQueued, BoxError> {
    let place = ledger::pay(tx, &payment, &ctx.metadata.correlation_id).await?;
    Ok(FulfillmentQueued {
        warehouse: if place.is_multiple_of(2) { "north" } else { "south" }.to_owned(),
        order_ref: payment.order_ref,
        place,
    })
}

/// Closes the books on what is on its way, many orders with one statement.
#[handler(idempotent, batch(max = 50, within = "20ms"))]
pub async fn close_orders(queued: Batch<FulfillmentQueued>, tx: &mut Tx<'_, Sqlite>) -> Result<(), BoxError> {
    let orders = queued.iter().map(|one| one.metadata.correlation_id.as_str());
    Ok(ledger::close(tx, orders).await?)
}
