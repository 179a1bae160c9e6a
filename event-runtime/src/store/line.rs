use crate::message::Outgoing;
use std::time::Duration;

/// An event that waits in the line of a held key: the one that has failed, or a later one behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineRow {
    /// Its place, given by the store: the events of a key are replayed in this order.
    pub id: i64,
    /// The key that is held.
    pub key: String,
    /// What the handler's inbox knows the event by.
    pub claim: String,
    /// The event's id.
    pub event_id: String,
    /// Name and version of its contract.
    pub type_name: String,
    /// Why it failed; `None` when it only waits behind one that did.
    pub reason: Option<String>,
    /// The message, as a dead letter has it: what came, and the history of its failures in its headers.
    pub outgoing: Outgoing,
    /// How long it has been in the line.
    pub age: Duration,
}

impl LineRow {
    /// A row for `outgoing`.
    #[must_use]
    pub fn new(key: impl Into<String>, claim: impl Into<String>, outgoing: Outgoing) -> Self {
        Self {
            id: 0,
            key: key.into(),
            claim: claim.into(),
            event_id: String::new(),
            type_name: String::new(),
            reason: None,
            outgoing,
            age: Duration::ZERO,
        }
    }

    /// Sets the event's id and its type.
    #[must_use]
    pub fn of(mut self, event_id: impl Into<String>, type_name: impl Into<String>) -> Self {
        (self.event_id, self.type_name) = (event_id.into(), type_name.into());
        self
    }

    /// Sets why it failed.
    #[must_use]
    pub fn failed(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// A key whose events wait, because one of them has failed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct HeldKey {
    /// The key.
    pub key: String,
    /// How many events are in its line.
    pub events: u64,
    /// How long it has been held.
    pub age: Duration,
    /// Why the first event of the line failed.
    pub reason: Option<String>,
    /// The id of that event.
    pub event_id: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
}

impl HeldKey {
    /// A held key, as a store has found it.
    #[must_use]
    pub fn new(key: String, events: u64, age: Duration) -> Self {
        Self {
            key,
            events,
            age,
            reason: None,
            event_id: None,
            type_name: None,
        }
    }

    /// With the first event of its line.
    #[must_use]
    pub fn behind(mut self, event_id: Option<String>, type_name: Option<String>, reason: Option<String>) -> Self {
        (self.event_id, self.type_name, self.reason) = (event_id, type_name, reason);
        self
    }
}

/// How much a handler holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct HeldCount {
    /// Keys.
    pub keys: u64,
    /// Events in all lines.
    pub events: u64,
}

impl HeldCount {
    /// As counted.
    #[must_use]
    pub fn new(keys: u64, events: u64) -> Self {
        Self { keys, events }
    }
}
