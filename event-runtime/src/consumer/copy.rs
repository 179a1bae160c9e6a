//! The copies a consumer publishes before it acks: to the delay ladder, and to the dead letters.

use super::Shared;
use super::history::{History, cut};
use crate::message::{Headers, Message, Outgoing, header, property};
use crate::topology::Ladder;
use crate::transport::Delivery;
use jiff::Timestamp;
use std::time::Duration;

/// Bytes of the last error in a dead letter.
const ERROR_BYTES: usize = 4096;
/// Bytes of foreign headers that a copy keeps; the rest is counted.
const FOREIGN_BYTES: usize = 32 << 10;
/// How many foreign headers a copy keeps; the rest is counted as well.
const FOREIGN_COUNT: usize = 256;

/// Why a delivery becomes a dead letter.
#[derive(Debug)]
pub(crate) struct Death<'a> {
    /// One stable word.
    pub(crate) reason: &'a str,
    /// The variant of the error that ended it.
    pub(crate) code: &'a str,
    pub(crate) error: &'a str,
}

/// The copy that comes back to this handler after `delay`.
pub(crate) fn delayed(shared: &Shared, delivery: &Delivery, history: &History, delay: Duration) -> Outgoing {
    let mut headers = base(shared, delivery);
    history.write(&mut headers);
    Outgoing {
        exchange: shared.names.delay(Ladder::LEVELS - 1),
        routing_key: Ladder::routing_key(delay, shared.handler),
        message: Message {
            headers,
            body: delivery.message.body.clone(),
        },
    }
}

/// The copy that waits for people.
pub(crate) fn dead(shared: &Shared, delivery: &Delivery, history: &History, death: &Death<'_>) -> Outgoing {
    let mut headers = base(shared, delivery);
    history.write(&mut headers);
    headers.push_display(header::DEAD_AT, now());
    headers.push(header::REASON, death.reason);
    headers.push(header::ERROR, cut(death.error, ERROR_BYTES));
    headers.push_display(header::FINGERPRINT, fingerprint(shared.handler, death));
    Outgoing {
        exchange: shared.names.dead_letter_exchange(),
        routing_key: shared.handler.to_owned(),
        message: Message {
            headers,
            body: delivery.message.body.clone(),
        },
    }
}

/// The copy that waits in the line of a held key.
pub(crate) fn waiting(shared: &Shared, delivery: &Delivery) -> Outgoing {
    Outgoing {
        exchange: shared.names.dead_letter_exchange(),
        routing_key: shared.handler.to_owned(),
        message: Message {
            headers: base(shared, delivery),
            body: delivery.message.body.clone(),
        },
    }
}

/// The time, as dead letters tell it.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// The original headers without the broker's bookkeeping and without our own from an earlier copy; and the origin.
fn base(shared: &Shared, delivery: &Delivery) -> Headers {
    let original = &delivery.message.headers;
    let mut headers = Headers::with_capacity(original.bytes() + 1024, original.len() + 10);
    let mut left_out = 0u32;
    for (name, value) in original.iter() {
        if is_ours(name) || is_stripped(name) {
            continue;
        }
        let full = headers.len() >= FOREIGN_COUNT || headers.bytes() + name.len() + value.len() > FOREIGN_BYTES;
        if full && !name.starts_with(':') {
            left_out += 1;
        } else {
            headers.push(name, value);
        }
    }
    if left_out > 0 {
        headers.push_display("x-evt-headers-left-out", left_out);
    }
    if original.get(property::MESSAGE_ID).is_none() {
        // Returns are matched by id; a foreign message may have none.
        headers.push_display(property::MESSAGE_ID, uuid::Uuid::now_v7());
    }
    headers.push(header::HANDLER, shared.handler);
    let returned = shared.names.is_return_path(&delivery.exchange);
    let origin = if returned {
        original.get(header::ORIGIN_KEY)
    } else {
        None
    };
    for name in [
        header::REPLAY_ID,
        header::REPLAYED_AT,
        header::RECEIPT_TO,
        header::EDITED,
    ] {
        if let Some(replay) = original.get(name).filter(|_| returned) {
            headers.push(name, replay);
        }
    }
    headers.push(header::ORIGIN_KEY, origin.unwrap_or(&delivery.routing_key));
    if let Some(user) = original.get(if returned {
        header::ORIGIN_USER
    } else {
        property::USER_ID
    }) {
        headers.push(header::ORIGIN_USER, user);
    }
    headers
}

fn is_ours(name: &str) -> bool {
    name.starts_with("x-evt-")
}

fn is_stripped(name: &str) -> bool {
    name == property::USER_ID || header::is_stripped(name)
}

/// FNV-1a over handler, reason and variant: short, and the same in every build.
///
/// A failure without a variant of its own goes by its text, in which every figure counts as the same one.
pub(super) fn fingerprint(handler: &str, death: &Death<'_>) -> impl std::fmt::Display + use<> {
    let has_variant = death.code.starts_with(|first: char| first.is_ascii_uppercase());
    let shape = if has_variant { String::new() } else { shape(death.error) };
    let parts = [handler, death.reason, death.code, &shape];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The words of a text, with `#` for each one that holds a digit: ids and amounts differ from one occurrence to the next.
fn shape(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
    let words = words.map(|word| {
        if word.contains(|c: char| c.is_ascii_digit()) {
            "#"
        } else {
            word
        }
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
