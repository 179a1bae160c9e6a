use super::error::shortened;
use super::{Attributes, DecodeError, MAX_ATTRIBUTE, Trace};
use event_contract::{Version, split_type};
use std::borrow::Cow;

/// The attributes found so far, by name. Others than these are of no use to us.
#[derive(Debug, Default)]
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
    pub(super) trace: Hop<'a>,
}

/// A `traceparent` and the `tracestate` that came with it.
#[derive(Debug, Default)]
pub(super) struct Hop<'a> {
    pub(super) parent: Option<Cow<'a, str>>,
    pub(super) state: Option<Cow<'a, str>>,
}

/// What has to be handed on of a `tracestate` (W3C Trace Context, section 3.3.1.5).
const MAX_TRACE_STATE: usize = 512;

impl<'a> Hop<'a> {
    /// The state means nothing without its parent.
    fn read(self) -> Option<(Trace, Option<Cow<'a, str>>)> {
        let trace = Trace::parse(self.parent.as_deref()?)?;
        let state = self.state.filter(|state| (1..=MAX_TRACE_STATE).contains(&state.len()));
        Some((trace, state))
    }
}

impl<'a> Found<'a> {
    /// Where the attribute `name` is kept, if it is.
    pub(super) fn slot(&mut self, name: &str) -> Option<&mut Option<Cow<'a, str>>> {
        Some(match name {
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
            "traceparent" => &mut self.trace.parent,
            "tracestate" => &mut self.trace.state,
            _ => return None,
        })
    }

    /// Checks what was found; `hop` is the trace in the plain headers.
    pub(super) fn finish(self, hop: Hop<'a>, data: Cow<'a, [u8]>) -> Result<Attributes<'a>, DecodeError> {
        let specversion = required("specversion", self.specversion)?;
        if specversion != "1.0" {
            let other = shortened(&specversion);
            return Err(DecodeError::attribute(format!("`specversion` is `{other}`, not `1.0`")));
        }
        let id = required("id", self.id)?;
        let id = id
            .parse()
            .map_err(|error| DecodeError::attribute(format!("`id`: {error}")))?;
        let source = required("source", self.source)?;
        let (name, version) = split(required("type", self.type_name)?)?;
        let (trace, state) = hop.read().or_else(|| self.trace.read()).unzip();
        Ok(Attributes {
            id,
            source,
            name,
            version,
            subject: optional("subject", self.subject)?,
            time: optional("time", self.time)?,
            data_schema: optional("dataschema", self.data_schema)?,
            partition_key: optional("partitionkey", self.partition_key)?,
            sequence: optional("sequence", self.sequence)?,
            correlation_id: optional("correlationid", self.correlation_id)?,
            causation_id: optional("causationid", self.causation_id)?,
            trace,
            trace_state: state.flatten(),
            data,
        })
    }
}

fn required<'a>(name: &str, value: Option<Cow<'a, str>>) -> Result<Cow<'a, str>, DecodeError> {
    optional(name, value)?.ok_or_else(|| DecodeError::attribute(format!("there is no `{name}`")))
}

/// No attribute may be empty (CloudEvents 1.0.2, section 3), so an empty one is none.
fn optional<'a>(name: &str, value: Option<Cow<'a, str>>) -> Result<Option<Cow<'a, str>>, DecodeError> {
    match value {
        Some(value) if value.len() > MAX_ATTRIBUTE => Err(DecodeError::attribute(format!(
            "`{name}` has {} bytes, the limit is {MAX_ATTRIBUTE}",
            value.len()
        ))),
        Some(value) if value.is_empty() => Ok(None),
        value => Ok(value),
    }
}

fn split(type_name: Cow<'_, str>) -> Result<(Cow<'_, str>, Version), DecodeError> {
    let Some((name, version)) = split_type(&type_name) else {
        return Err(DecodeError::UnknownType {
            type_name: shortened(&type_name).to_owned(),
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
    Ok((name, version))
}
