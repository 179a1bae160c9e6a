use super::structured::{self, Structured};
use super::{DecodeError, EventId, Trace};
use crate::message::{Message, property};
use event_contract::{Version, split_type};
use jiff::Timestamp;
use std::borrow::Cow;
use std::fmt::Display as _;

/// The CloudEvents attributes of a message that was received, and its data.
///
/// Read in one pass; texts borrow from the message.
#[derive(Debug, Clone)]
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

/// What was found so far, by name.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) specversion: Option<Cow<'a, str>>,
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) source: Option<Cow<'a, str>>,
    pub(super) type_name: Option<Cow<'a, str>>,
    pub(super) subject: Option<Cow<'a, str>>,
    pub(super) time: Option<Cow<'a, str>>,
    pub(super) data_schema: Option<Cow<'a, str>>,
    pub(super) partition_key: Option<Cow<'a, str>>,
    pub(super) sequence: Option<Cow<'a, str>>,
    pub(super) correlation_id: Option<Cow<'a, str>>,
    pub(super) causation_id: Option<Cow<'a, str>>,
    pub(super) trace_parent: Option<Cow<'a, str>>,
    pub(super) trace_state: Option<Cow<'a, str>>,
}

impl<'a> Found<'a> {
    /// Keeps a known attribute; others are of no use to us.
    pub(super) fn set(&mut self, name: &str, value: Cow<'a, str>) {
        let slot = match name {
            "specversion" => &mut self.specversion,
            "id" => &mut self.id,
            "source" => &mut self.source,
            "type" => &mut self.type_name,
            "subject" => &mut self.subject,
            "time" => &mut self.time,
            "dataschema" => &mut self.data_schema,
            "partitionkey" => &mut self.partition_key,
            "sequence" => &mut self.sequence,
            "correlationid" => &mut self.correlation_id,
            "causationid" => &mut self.causation_id,
            "traceparent" => &mut self.trace_parent,
            "tracestate" => &mut self.trace_state,
            _ => return,
        };
        *slot = Some(value);
    }

    fn finish(self, data: Cow<'a, [u8]>) -> Result<Attributes<'a>, DecodeError> {
        match self.specversion.as_deref() {
            Some("1.0") => {}
            Some(other) => return Err(DecodeError::attribute(format!("specversion is `{other}`, not `1.0`"))),
            None => return Err(DecodeError::attribute("there is no `specversion`")),
        }
        let id = self.id.ok_or_else(|| DecodeError::attribute("there is no `id`"))?;
        let id = id
            .parse()
            .map_err(|error| DecodeError::attribute(format!("`id`: {error}")))?;
        let source = self
            .source
            .filter(|source| !source.is_empty())
            .ok_or_else(|| DecodeError::attribute("there is no `source`"))?;
        let type_name = self
            .type_name
            .ok_or_else(|| DecodeError::attribute("there is no `type`"))?;
        let Some((name, version)) = split_type(&type_name) else {
            return Err(DecodeError::UnknownType {
                type_name: type_name.into_owned(),
            });
        };
        let length = name.len();
        let name = match type_name {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
            Cow::Owned(mut text) => {
                text.truncate(length);
                Cow::Owned(text)
            }
        };
        Ok(Attributes {
            id,
            source,
            name,
            version,
            subject: self.subject,
            time: self.time,
            data_schema: self.data_schema,
            partition_key: self.partition_key,
            sequence: self.sequence,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            trace: self.trace_parent.as_deref().and_then(Trace::parse),
            trace_state: self.trace_state,
            data,
        })
    }
}

impl<'a> Attributes<'a> {
    /// Reads a message in any of the four forms: structured, or binary with one of the [`PREFIXES`].
    ///
    /// With `plain`, a message without any CloudEvents attribute is taken as well: its `message_id` is the id, its
    /// `type` property or else `routing_key` is the type, its `app_id` the source.
    ///
    /// # Errors
    ///
    /// A missing or unreadable attribute; the message keeps everything, nothing is lost.
    pub fn read(message: &'a Message, routing_key: &'a str, plain: bool) -> Result<Self, DecodeError> {
        let mut found = Found::default();
        let mut content_type = None;
        let (mut id, mut type_name, mut app) = (None, None, None);
        for (name, value) in message.headers.iter() {
            if let Some(attribute) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
                found.set(attribute, Cow::Borrowed(value));
            } else if name.starts_with(':') {
                match name {
                    property::CONTENT_TYPE => content_type = Some(value),
                    property::MESSAGE_ID => id = Some(value),
                    property::TYPE => type_name = Some(value),
                    property::APP_ID => app = Some(value),
                    _ => {}
                }
            }
        }
        // The plain headers tell the last hop, the extensions the origin of the trace.
        if let Some(hop) = message.headers.get("traceparent") {
            found.trace_parent = Some(Cow::Borrowed(hop));
            found.trace_state = message
                .headers
                .get("tracestate")
                .map(Cow::Borrowed)
                .or(found.trace_state);
        }
        if content_type.is_some_and(structured::is_structured) {
            let Structured { attributes, data } = structured::read(&message.body)?;
            let hop = (found.trace_parent.take(), found.trace_state.take());
            found = attributes;
            if hop.0.is_some() {
                (found.trace_parent, found.trace_state) = hop;
            }
            return found.finish(data);
        }
        if plain && found.specversion.is_none() && found.id.is_none() {
            found.specversion = Some(Cow::Borrowed("1.0"));
            found.id = id.map(Cow::Borrowed);
            found.type_name = Some(Cow::Borrowed(type_name.unwrap_or(routing_key)));
            found.source = Some(Cow::Borrowed(app.unwrap_or("unknown")));
        }
        found.finish(Cow::Borrowed(&message.body))
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
    pub(crate) fn correlation(&self) -> impl std::fmt::Display + '_ {
        std::fmt::from_fn(|f| match &self.correlation_id {
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
