//! A message as a table keeps it.

use crate::message::{Headers, Message, Outgoing};

/// Headers as a table keeps them: a JSON list of pairs, in their order.
pub(super) fn headers_to_text(headers: &Headers) -> String {
    let pairs: Vec<_> = headers.iter().collect();
    // Text is always JSON.
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// What is not such a list reads as no headers; the broker then refuses the event, and it is quarantined.
pub(super) fn headers_from_text(text: &str) -> Headers {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).unwrap_or_default();
    pairs.into_iter().collect()
}

/// A row's message, put together again.
pub(super) fn outgoing(exchange: String, routing_key: String, headers: &str, body: Vec<u8>) -> Outgoing {
    Outgoing {
        exchange,
        routing_key,
        message: Message {
            headers: headers_from_text(headers),
            body: body.into(),
        },
    }
}
