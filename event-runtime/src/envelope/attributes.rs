use super::found::Found;
use super::{DecodeError, EventId, Trace};
use crate::message::Message;
use event_contract::Version;
use jiff::Timestamp;
use std::fmt::{self, Display as _};

/// The CloudEvents attributes of a message that was received, and its data.
///
/// Read in one pass; texts borrow from the message. Extensions other than these are not kept here: they stay in the
/// message, and so in its retries and dead letters.
#[derive(Clone)]
pub struct Attributes<'a> {
    /// `id`.
    pub id: EventId,
    /// `source`.
    pub source: &'a str,
    /// `type` without its version: `order.placed`.
    pub name: &'a str,
    /// The version in `type`.
    pub version: Version,
    /// `subject`.
    pub subject: Option<&'a str>,
    /// `time`, as written.
    pub time: Option<&'a str>,
    /// `dataschema`.
    pub data_schema: Option<&'a str>,
    /// Extension `partitionkey`.
    pub partition_key: Option<&'a str>,
    /// Extension `sequence`.
    pub sequence: Option<&'a str>,
    /// Extension `correlationid`.
    pub correlation_id: Option<&'a str>,
    /// Extension `causationid`.
    pub causation_id: Option<&'a str>,
    /// Extension `traceparent`, or the plain header of that name, which is nearer.
    pub trace: Option<Trace>,
    /// Extension or plain header `tracestate`.
    pub trace_state: Option<&'a str>,
    /// The event itself, as JSON.
    pub data: &'a [u8],
}

/// The header prefixes in use for CloudEvents on AMQP; all are read.
///
/// `cloudEvents_` and `cloudEvents:` are the official AMQP 1.0 binding's, `ce-` is Knative's.
pub const PREFIXES: [&str; 3] = ["cloudEvents_", "cloudEvents:", "ce-"];

/// The longest attribute that is taken, in bytes; a `tracestate` beyond 512 bytes is left out instead.
pub const MAX_ATTRIBUTE: usize = 4096;

impl<'a> Attributes<'a> {
    /// Reads a message in any of the four forms: structured, or binary with one of the [`PREFIXES`]. A structured event
    /// is first unfolded into a binary message, which `room` keeps.
    ///
    /// A message must not mix prefixes. One that does is read by the first of them, in the order of [`PREFIXES`]; of two
    /// headers of one name the first one counts. Attributes that are empty count as absent.
    ///
    /// With `plain`, a message without any CloudEvents attribute is taken as well: its `message_id` is the id, its
    /// `type` property or else `routing_key` is the type, its `app_id` the source.
    ///
    /// # Errors
    ///
    /// A missing or unreadable attribute, or one of more than [`MAX_ATTRIBUTE`] bytes. The text never quotes the data.
    pub fn read(
        message: &'a Message,
        room: &'a mut Option<Message>,
        routing_key: &'a str,
        plain: bool,
    ) -> Result<Self, DecodeError> {
        Found::of(&message.headers).read(message, room, routing_key, plain)
    }

    /// `time`, when there is one that can be read: RFC 3339, or milliseconds since 1970 as Python's SDK writes it.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        let text = self.time?;
        text.parse()
            .ok()
            .or_else(|| Timestamp::from_millisecond(text.parse().ok()?).ok())
    }

    /// `type`: name and version.
    #[must_use]
    pub fn type_name(&self) -> String {
        format!("{}.{}", self.name, self.version)
    }

    /// The conversation: the event's own id when it began one.
    pub(crate) fn correlation(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(|f| match self.correlation_id {
            Some(id) => f.write_str(id),
            None => self.id.fmt(f),
        })
    }

    /// `sequence`, when it is a number.
    #[must_use]
    pub fn sequence(&self) -> Option<u64> {
        self.sequence?.parse().ok()
    }

    /// The key of the event: what orders and partitions.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.partition_key.or(self.subject)
    }
}

/// Identity and sizes only: key and data may be personal.
impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attributes")
            .field("id", &self.id)
            .field("source", &self.source)
            .field("type", &format_args!("{}.{}", self.name, self.version))
            .field("data_bytes", &self.data.len())
            .finish_non_exhaustive()
    }
}
