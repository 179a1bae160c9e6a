use super::{Attributes, EventId, Trace};
use event_contract::Version;
use jiff::Timestamp;
use std::ops::Deref;

/// An event together with its [`Metadata`]. A handler may take it in place of the event.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Envelope<E> {
    /// Where it comes from, when, and why.
    pub metadata: Metadata,
    /// What happened.
    pub event: E,
}

impl<E> Envelope<E> {
    /// `event` with `metadata`: for unit tests of handlers that take an envelope. See [`Metadata::new`].
    #[must_use]
    pub fn new(metadata: Metadata, event: E) -> Self {
        Self { metadata, event }
    }
}

impl<E> Deref for Envelope<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.event
    }
}

/// The typed facts around an event: its CloudEvents attributes.
///
/// These and no others: an extension that we do not know is not here. It stays in the message, so retries, dead letters
/// and replays keep it; events that a handler publishes do not inherit it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The event's identity, with [`source`](Self::source).
    pub id: EventId,
    /// Who published it: a service, or the URI the event's contract names.
    pub source: String,
    /// The event's name, without its version.
    pub name: String,
    /// The version it was written as.
    pub version: Version,
    /// The key.
    pub subject: Option<String>,
    /// When it happened; `None` as well when it is not written in a form we read.
    pub time: Option<Timestamp>,
    /// The conversation it belongs to: the id of the event that began it.
    pub correlation_id: String,
    /// The id of the event that caused it.
    pub causation_id: Option<String>,
    /// The number of this change of the key.
    pub sequence: Option<String>,
    /// The trace it belongs to.
    pub trace: Option<Trace>,
    /// Where its schema can be found.
    pub data_schema: Option<String>,
}

impl Metadata {
    /// The metadata of an event that has just been published by `source`: for unit tests of handlers.
    #[must_use]
    pub fn new(source: impl Into<String>, name: impl Into<String>, version: Version) -> Self {
        let id = EventId::new();
        Self {
            correlation_id: id.to_string(),
            id,
            source: source.into(),
            name: name.into(),
            version,
            subject: None,
            time: Some(Timestamp::now()),
            causation_id: None,
            sequence: None,
            trace: None,
            data_schema: None,
        }
    }
}

impl From<&Attributes<'_>> for Metadata {
    fn from(attributes: &Attributes<'_>) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            id: attributes.id.clone(),
            source: attributes.source.to_owned(),
            name: attributes.name.to_owned(),
            version: attributes.version,
            subject: owned(attributes.subject),
            time: attributes.time(),
            correlation_id: owned(attributes.correlation_id).unwrap_or_else(|| attributes.id.to_string()),
            causation_id: owned(attributes.causation_id),
            sequence: owned(attributes.sequence),
            trace: attributes.trace,
            data_schema: owned(attributes.data_schema),
        }
    }
}
