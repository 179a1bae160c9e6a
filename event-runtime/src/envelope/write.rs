use super::{EventId, Trace};
use crate::event::Event;
use crate::message::{Headers, Message, property};
use crate::transport::PublishError;
use jiff::Timestamp;

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

/// What the writer decides; the event decides the rest.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub(crate) id: &'a EventId,
    pub(crate) service: &'a str,
    pub(crate) prefix: Prefix,
    pub(crate) cause: Option<&'a Cause<'a>>,
    pub(crate) time: Option<Timestamp>,
}

/// Writes `event` in binary mode: JSON body, attributes as text headers, and the AMQP properties that other tools look at.
pub(crate) fn write<E: Event>(event: &E, written: &Written<'_>) -> Result<Message, PublishError> {
    let body = serde_json::to_vec(event).map_err(|error| PublishError::Encode(error.to_string()))?;
    let contract = E::CONTRACT;
    let names = written.prefix.spelling();
    let time = written.time.unwrap_or_else(Timestamp::now);
    let mut headers = Headers::with_capacity(640, 18);
    headers.push_display(property::MESSAGE_ID, written.id);
    headers.push(property::TYPE, contract.type_name);
    headers.push(property::CONTENT_TYPE, "application/json");
    headers.push(property::APP_ID, written.service);
    headers.push_display(property::TIMESTAMP, time.as_second());
    headers.push(names.specversion, "1.0");
    headers.push_display(names.id, written.id);
    headers.push(names.source, contract.source.unwrap_or(written.service));
    headers.push(names.type_name, contract.type_name);
    headers.push_display(names.time, time);
    if let Some(key) = event.key() {
        headers.push(names.subject, &key);
        headers.push(names.partition_key, &key);
    }
    if let Some(sequence) = event.sequence() {
        // Padded, so that it sorts as text (CloudEvents sequence extension).
        headers.push_display(names.sequence, format_args!("{sequence:020}"));
    }
    match written.cause {
        Some(cause) => {
            match cause.correlation_id {
                Some(id) => headers.push(names.correlation_id, id),
                None => headers.push_display(names.correlation_id, cause.id),
            }
            headers.push_display(names.causation_id, cause.id);
            headers.push_display(names.trace_parent, cause.trace);
            if let Some(state) = cause.trace_state {
                headers.push(names.trace_state, state);
            }
        }
        None => headers.push_display(names.trace_parent, Trace::start()),
    }
    if let Some(correlation) = written.cause.and_then(|cause| cause.correlation_id) {
        headers.push(property::CORRELATION_ID, correlation);
    }
    Ok(Message {
        headers,
        body: body.into(),
    })
}
