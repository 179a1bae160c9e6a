use super::{EventId, Trace};
use crate::event::Event;
use crate::message::{Headers, Message, property};
use crate::transport::PublishError;
use bytes::Bytes;
use jiff::Timestamp;
use std::borrow::Cow;
use std::fmt::Display as _;

/// How the names of CloudEvents headers begin in what we write. All forms are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Prefix {
    /// `cloudEvents_`: the AMQP binding's preferred form.
    #[default]
    Underscore,
    /// `cloudEvents:`: what Go and Java SDKs read.
    Colon,
    /// `ce-`: what Knative reads.
    Dash,
}

/// The names of the headers we write, spelled out once.
struct Spelling {
    specversion: &'static str,
    id: &'static str,
    source: &'static str,
    type_name: &'static str,
    time: &'static str,
    subject: &'static str,
    partition_key: &'static str,
    sequence: &'static str,
    correlation_id: &'static str,
    causation_id: &'static str,
    trace_parent: &'static str,
    trace_state: &'static str,
}

macro_rules! spelling {
    ($prefix:literal) => {
        Spelling {
            specversion: concat!($prefix, "specversion"),
            id: concat!($prefix, "id"),
            source: concat!($prefix, "source"),
            type_name: concat!($prefix, "type"),
            time: concat!($prefix, "time"),
            subject: concat!($prefix, "subject"),
            partition_key: concat!($prefix, "partitionkey"),
            sequence: concat!($prefix, "sequence"),
            correlation_id: concat!($prefix, "correlationid"),
            causation_id: concat!($prefix, "causationid"),
            trace_parent: concat!($prefix, "traceparent"),
            trace_state: concat!($prefix, "tracestate"),
        }
    };
}

impl Prefix {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Underscore => "cloudEvents_",
            Self::Colon => "cloudEvents:",
            Self::Dash => "ce-",
        }
    }

    /// The header in which the key of an event is.
    pub(crate) const fn partition_key(self) -> &'static str {
        self.spelling().partition_key
    }

    const fn spelling(self) -> &'static Spelling {
        match self {
            Self::Underscore => &spelling!("cloudEvents_"),
            Self::Colon => &spelling!("cloudEvents:"),
            Self::Dash => &spelling!("ce-"),
        }
    }
}

/// Why an event is published: what it inherits.
#[derive(Debug, Clone)]
pub(crate) struct Cause<'a> {
    pub(crate) id: &'a EventId,
    pub(crate) correlation_id: Option<&'a str>,
    pub(crate) trace: Trace,
    pub(crate) trace_state: Option<&'a str>,
}

/// What happened: name, key and bytes.
#[derive(Debug)]
pub(crate) struct Content<'a> {
    pub(crate) type_name: &'a str,
    /// `None` means the service.
    pub(crate) source: Option<&'a str>,
    pub(crate) key: Option<Cow<'a, str>>,
    pub(crate) sequence: Option<u64>,
    pub(crate) body: Bytes,
}

impl<'a> Content<'a> {
    pub(crate) fn of<E: Event>(event: &'a E) -> Result<Self, PublishError> {
        let body = serde_json::to_vec(event).map_err(|error| PublishError::Encode(error.to_string()))?;
        Ok(Self {
            type_name: E::CONTRACT.type_name,
            source: E::CONTRACT.source,
            key: event.key(),
            sequence: event.sequence(),
            body: body.into(),
        })
    }
}

/// Who says so, under which id, and why.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub(crate) id: &'a EventId,
    pub(crate) service: &'a str,
    pub(crate) prefix: Prefix,
    pub(crate) cause: Option<&'a Cause<'a>>,
}

/// The longest key, in bytes: less than PostgreSQL takes into an index.
pub(crate) const LONGEST_KEY: usize = 1024;

/// Whether a database takes it as a key.
pub(crate) fn is_storable(key: &str) -> bool {
    key.len() <= LONGEST_KEY && !key.contains('\0')
}

/// What AMQP's properties can hold.
const MAX_PROPERTY: usize = 255;

/// Writes binary mode: the body as it is, attributes as text headers, and the AMQP properties that other tools look at.
pub(crate) fn write(content: Content<'_>, written: &Written<'_>) -> Message {
    let names = written.prefix.spelling();
    let time = Timestamp::now();
    let mut headers = Headers::with_capacity(640, 18);
    headers.push_display(property::MESSAGE_ID, written.id);
    headers.push(property::TYPE, content.type_name);
    headers.push(property::CONTENT_TYPE, "application/json");
    headers.push(property::APP_ID, written.service);
    headers.push_display(property::TIMESTAMP, time.as_second());
    headers.push(names.specversion, "1.0");
    headers.push_display(names.id, written.id);
    headers.push(names.source, content.source.unwrap_or(written.service));
    headers.push(names.type_name, content.type_name);
    headers.push_display(names.time, time);
    // No attribute may be empty (CloudEvents 1.0.2, section 3).
    if let Some(key) = content.key.filter(|key| !key.is_empty()) {
        headers.push(names.subject, &key);
        headers.push(names.partition_key, &key);
    }
    if let Some(sequence) = content.sequence {
        // Padded, so that it sorts as text (CloudEvents sequence extension).
        headers.push_display(names.sequence, format_args!("{sequence:020}"));
    }
    match written.cause {
        Some(cause) => {
            let correlation = std::fmt::from_fn(|f| match cause.correlation_id {
                Some(id) => f.write_str(id),
                None => cause.id.fmt(f),
            });
            // A foreign conversation may have a longer name than the property holds; the header has all of it.
            if cause.correlation_id.is_none_or(|id| id.len() <= MAX_PROPERTY) {
                headers.push_display(property::CORRELATION_ID, &correlation);
            }
            headers.push_display(names.correlation_id, correlation);
            headers.push_display(names.causation_id, cause.id);
            headers.push_display(names.trace_parent, cause.trace);
            if let Some(state) = cause.trace_state {
                headers.push(names.trace_state, state);
            }
        }
        None => headers.push_display(names.trace_parent, Trace::start()),
    }
    Message {
        headers,
        body: content.body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Attributes;

    fn content() -> Content<'static> {
        Content {
            type_name: "order.placed.v2",
            source: None,
            key: Some("o-1".into()),
            sequence: Some(7),
            body: Bytes::from_static(b"{}"),
        }
    }

    fn cause<'a>(id: &'a EventId, correlation_id: Option<&'a str>) -> Cause<'a> {
        Cause {
            id,
            correlation_id,
            trace: Trace::start(),
            trace_state: Some("a=1"),
        }
    }

    fn written(content: Content<'_>, prefix: Prefix, cause: Option<&Cause<'_>>) -> Message {
        let id = EventId::derived("tests", "1");
        let written = Written {
            id: &id,
            service: "checkout",
            prefix,
            cause,
        };
        write(content, &written)
    }

    #[test]
    fn every_prefix_is_read_back() {
        for prefix in [Prefix::Underscore, Prefix::Colon, Prefix::Dash] {
            let root = EventId::derived("tests", "root");
            let cause = cause(&root, Some("talk"));
            let message = written(content(), prefix, Some(&cause));
            let mut room = None;
            let read = Attributes::read(&message, &mut room, "", false).unwrap();
            assert_eq!(read.id, EventId::derived("tests", "1"));
            assert_eq!((read.source, read.name), ("checkout", "order.placed"));
            assert_eq!((read.version.get(), &*read.type_name()), (2, "order.placed.v2"));
            assert_eq!((read.key(), read.subject), (Some("o-1"), Some("o-1")));
            assert_eq!(read.sequence, Some("00000000000000000007"));
            assert_eq!(read.correlation_id, Some("talk"));
            assert_eq!(read.causation_id.map(str::to_owned), Some(root.to_string()));
            assert_eq!(read.trace, Some(cause.trace));
            assert_eq!(read.trace_state, Some("a=1"));
            assert_eq!(read.time().unwrap().to_string(), read.time.unwrap());
        }
    }

    #[test]
    fn property_and_extension_name_the_same_conversation() {
        let root = EventId::new();
        let long = "x".repeat(MAX_PROPERTY + 1);
        let id = root.to_string();
        for (correlation_id, extension, property) in [
            (None, Some(&*id), Some(&*id)),
            (Some("talk"), Some("talk"), Some("talk")),
            (Some(&*long), Some(&*long), None),
        ] {
            let message = written(content(), Prefix::Dash, Some(&cause(&root, correlation_id)));
            assert_eq!(message.headers.get("ce-correlationid"), extension);
            assert_eq!(message.headers.get(property::CORRELATION_ID), property);
        }
        let message = written(content(), Prefix::Dash, None);
        assert_eq!(message.headers.get("ce-correlationid"), None, "it begins its own");
        assert_eq!(message.headers.get(property::CORRELATION_ID), None);
        assert!(message.headers.get("ce-traceparent").is_some());
    }

    #[test]
    fn an_empty_key_is_none() {
        let content = Content {
            key: Some("".into()),
            ..content()
        };
        let message = written(content, Prefix::default(), None);
        assert_eq!(message.headers.get("cloudEvents_subject"), None);
        assert_eq!(message.headers.get("cloudEvents_partitionkey"), None);
    }
}
