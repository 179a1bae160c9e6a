//! Telling a replay what has become of an event that it waits for.

use super::Shared;
use super::hold::publish_copy;
use crate::message::{Headers, Message, Outgoing, header, property};
use crate::transport::Delivery;

/// The handler is done with it.
pub(super) const HANDLED: &str = "handled";
/// It is the first in the line of its key.
pub(super) const HELD: &str = "held";

/// Whether a replay waits for this event. What becomes a dead letter again needs no receipt: the replay sees it there.
pub(super) fn is_awaited(shared: &Shared, delivery: &Delivery) -> bool {
    // Only this service writes there, and nearly nothing comes that way.
    shared.names.is_return_path(&delivery.exchange) && replay(delivery).is_some()
}

fn replay(delivery: &Delivery) -> Option<&str> {
    delivery.message.headers.get(header::RECEIPT_TO)
}

/// Writes the receipts of those deliveries that a replay waits for, before they are acked. Dying in between means that
/// they come again, and a second receipt.
pub(super) async fn write(shared: &Shared, deliveries: &[Delivery], outcome: &str) {
    for delivery in deliveries.iter().filter(|delivery| is_awaited(shared, delivery)) {
        Box::pin(one(shared, delivery, outcome)).await;
    }
}

async fn one(shared: &Shared, delivery: &Delivery, outcome: &str) {
    let Some(replay) = replay(delivery) else { return };
    let mut headers = Headers::with_capacity(256, 4);
    headers.push_display(property::MESSAGE_ID, uuid::Uuid::now_v7());
    headers.push(header::REPLAY_ID, replay);
    headers.push(header::RECEIPT, outcome);
    let of = delivery.message.headers.get(property::MESSAGE_ID).unwrap_or_default();
    headers.push(header::RECEIPT_OF, of);
    let receipt = Outgoing {
        exchange: shared.names.dead_letter_exchange(),
        routing_key: shared.handler.to_owned(),
        message: Message {
            headers,
            body: bytes::Bytes::new(),
        },
    };
    // Without one, the replay says that it does not know.
    publish_copy(shared, receipt).await;
}
