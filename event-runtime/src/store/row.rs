use crate::message::{Outgoing, property};
use std::time::Duration;

/// An event that waits in the outbox until the broker has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxRow {
    /// Its place, given by the store: events of one key are published in this order.
    pub id: i64,
    /// The event's id: the same however often it is published.
    pub event_id: String,
    /// Name and version of its contract: `order.placed.v2`.
    pub type_name: String,
    /// Its key, where it has one.
    pub key: Option<String>,
    /// The W3C trace it belongs to.
    pub trace: Option<String>,
    /// Goes to the bus's `unrouted` queue when nobody takes it.
    pub keep: bool,
    /// How often it was refused.
    pub attempts: u32,
    /// What is published.
    pub outgoing: Outgoing,
}

/// Into how many parts the outbox of a service is divided, by key. One relay publishes a part at a time.
pub const PARTS: u16 = 16;

impl OutboxRow {
    /// A row for `outgoing`, which must have its `:message_id` and `:type`.
    #[must_use]
    pub fn new(outgoing: Outgoing, keep: bool) -> Self {
        let headers = &outgoing.message.headers;
        let attribute = |name: &str| {
            let found = headers.iter().find(|(found, _)| is_attribute(found, name));
            found.map(|(_, value)| value.to_owned())
        };
        Self {
            id: 0,
            event_id: headers.get(property::MESSAGE_ID).unwrap_or_default().to_owned(),
            type_name: headers.get(property::TYPE).unwrap_or_default().to_owned(),
            key: attribute("partitionkey"),
            trace: attribute("traceparent"),
            keep,
            attempts: 0,
            outgoing,
        }
    }

    /// Which part of the outbox it belongs to: the same for all events of a key.
    #[must_use]
    pub fn part(&self) -> u16 {
        let text = self.key.as_deref().unwrap_or(&self.event_id);
        (hash(text) % u64::from(PARTS)) as u16
    }
}

/// Whether the header `found` is the CloudEvents attribute `name`, whatever its prefix.
fn is_attribute(found: &str, name: &str) -> bool {
    found
        .strip_suffix(name)
        .is_some_and(|prefix| crate::envelope::PREFIXES.contains(&prefix))
}

/// FNV-1a: the same in every build.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// How full an outbox is.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Backlog {
    /// Events that wait, those in quarantine included.
    pub waiting: u64,
    /// How long the oldest one has been waiting.
    pub oldest: Option<Duration>,
    /// Events that the broker refused; each holds back the later ones of its key.
    pub quarantined: u64,
}

/// An event that the broker refused.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Quarantined {
    /// Its place in the outbox.
    pub id: i64,
    /// The event's id.
    pub event_id: String,
    /// Name and version of its contract.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its key: later events of the same key wait behind it.
    pub key: Option<String>,
    /// How often it was refused.
    pub attempts: u32,
    /// What the broker said last.
    pub reason: String,
    /// How long it has been waiting.
    pub age: Duration,
}
