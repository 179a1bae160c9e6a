use super::found::{Found, Hop};
use super::structured::{self, Structured};
use super::{DecodeError, EventId, Trace};
use crate::message::{Message, property};
use event_contract::Version;
use jiff::Timestamp;
use std::borrow::Cow;
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
    pub source: Cow<'a, str>,
    /// `type` without its version: `order.placed`.
    pub name: Cow<'a, str>,
    /// The version in `type`.
    pub version: Version,
    /// `subject`.
    pub subject: Option<Cow<'a, str>>,
    /// `time`, as written.
    pub time: Option<Cow<'a, str>>,
    /// `dataschema`.
    pub data_schema: Option<Cow<'a, str>>,
    /// Extension `partitionkey`.
    pub partition_key: Option<Cow<'a, str>>,
    /// Extension `sequence`.
    pub sequence: Option<Cow<'a, str>>,
    /// Extension `correlationid`.
    pub correlation_id: Option<Cow<'a, str>>,
    /// Extension `causationid`.
    pub causation_id: Option<Cow<'a, str>>,
    /// Extension `traceparent`, or the plain header of that name, which is nearer.
    pub trace: Option<Trace>,
    /// Extension or plain header `tracestate`.
    pub trace_state: Option<Cow<'a, str>>,
    /// The event itself, as JSON.
    pub data: Cow<'a, [u8]>,
}

/// The header prefixes in use for CloudEvents on AMQP; all are read.
///
/// `cloudEvents_` and `cloudEvents:` are the official AMQP 1.0 binding's, `ce-` is Knative's.
pub const PREFIXES: [&str; 3] = ["cloudEvents_", "cloudEvents:", "ce-"];

/// The longest attribute that is taken, in bytes; a `tracestate` beyond 512 bytes is left out instead.
pub const MAX_ATTRIBUTE: usize = 4096;

impl<'a> Attributes<'a> {
    /// Reads a message in any of the four forms: structured, or binary with one of the [`PREFIXES`].
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
    pub fn read(message: &'a Message, routing_key: &'a str, plain: bool) -> Result<Self, DecodeError> {
        let mut found = Found::default();
        let mut hop = Hop::default();
        let mut prefix = PREFIXES.len();
        let (mut content_type, mut id, mut type_name, mut app) = (None, None, None, None);
        for (name, value) in message.headers.iter() {
            if let Some((at, attribute)) = prefixed(name) {
                if at < prefix {
                    (found, prefix) = (Found::default(), at);
                }
                if at == prefix
                    && let Some(slot) = found.slot(attribute)
                {
                    slot.get_or_insert(Cow::Borrowed(value));
                }
                continue;
            }
            // The plain headers tell the last hop, the extensions the origin of the trace.
            match name {
                "traceparent" => _ = hop.parent.get_or_insert(Cow::Borrowed(value)),
                "tracestate" => _ = hop.state.get_or_insert(Cow::Borrowed(value)),
                property::CONTENT_TYPE => _ = content_type.get_or_insert(value),
                property::MESSAGE_ID => _ = id.get_or_insert(value),
                property::TYPE => _ = type_name.get_or_insert(value),
                property::APP_ID => _ = app.get_or_insert(value),
                _ => {}
            }
        }
        if structured::is_structured(content_type.unwrap_or_default())? {
            let Structured { attributes, data } = structured::read(&message.body)?;
            return attributes.finish(hop, data);
        }
        if plain && prefix == PREFIXES.len() {
            let text = |value: Option<&'a str>| value.filter(|text| !text.is_empty());
            found.specversion = Some(Cow::Borrowed("1.0"));
            found.id = id.map(Cow::Borrowed);
            found.type_name = Some(Cow::Borrowed(text(type_name).unwrap_or(routing_key)));
            found.source = Some(Cow::Borrowed(text(app).unwrap_or("unknown")));
        }
        found.finish(hop, Cow::Borrowed(&message.body))
    }

    /// `time`, when there is one that can be read: RFC 3339, or milliseconds since 1970 as Python's SDK writes it.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        let text = self.time.as_deref()?;
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
        fmt::from_fn(|f| match &self.correlation_id {
            Some(id) => f.write_str(id),
            None => self.id.fmt(f),
        })
    }

    /// The key of the event: what orders and partitions.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.partition_key.as_deref().or(self.subject.as_deref())
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

/// The position in [`PREFIXES`], and the attribute's name.
fn prefixed(name: &str) -> Option<(usize, &str)> {
    // Most headers that are no attributes are properties: one look is enough.
    if !name.starts_with('c') {
        return None;
    }
    let prefixes = PREFIXES.iter().enumerate();
    prefixes
        .filter_map(|(at, prefix)| Some((at, name.strip_prefix(prefix)?)))
        .next()
}
