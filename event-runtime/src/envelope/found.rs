use super::error::shortened;
use super::structured::{is_structured, unfold};
use super::{Attributes, DecodeError, MAX_ATTRIBUTE, PREFIXES, Trace};
use crate::message::{Headers, Message, property};
use event_contract::{Version, split_type};

/// What the headers of a message say, found in one pass over them. Of two headers of one name the first counts.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    named: Named<'a>,
    /// Whose attributes `named` are, counted from the end of [`PREFIXES`]: 0 is none.
    rank: usize,
    /// The plain headers tell the last hop, the extensions the origin of the trace.
    hop: Hop<'a>,
    message_id: Option<&'a str>,
    type_name: Option<&'a str>,
    app_id: Option<&'a str>,
    pub(crate) user_id: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    /// An attribute that is not UTF-8; with a colon, a property or another part of the message that is not.
    pub(crate) unreadable: Option<&'a str>,
}

/// Attributes by name. Others than these are of no use to us.
#[derive(Debug, Default)]
struct Named<'a> {
    specversion: Option<&'a str>,
    id: Option<&'a str>,
    source: Option<&'a str>,
    type_name: Option<&'a str>,
    subject: Option<&'a str>,
    time: Option<&'a str>,
    data_schema: Option<&'a str>,
    partition_key: Option<&'a str>,
    sequence: Option<&'a str>,
    correlation_id: Option<&'a str>,
    causation_id: Option<&'a str>,
    trace: Hop<'a>,
}

/// A `traceparent` and the `tracestate` that came with it.
#[derive(Debug, Default)]
struct Hop<'a> {
    parent: Option<&'a str>,
    state: Option<&'a str>,
}

/// What has to be handed on of a `tracestate` (W3C Trace Context, section 3.3.1.5).
const MAX_TRACE_STATE: usize = 512;

impl<'a> Hop<'a> {
    /// The state means nothing without its parent.
    fn read(&self) -> Option<(Trace, Option<&'a str>)> {
        let trace = Trace::parse(self.parent?)?;
        let state = self.state.filter(|state| (1..=MAX_TRACE_STATE).contains(&state.len()));
        Some((trace, state))
    }
}

impl<'a> Named<'a> {
    /// Where the attribute `name` is kept, if it is.
    fn slot(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
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
}

/// Whether the attribute `name` is one of ours.
pub(super) fn is_known(name: &str) -> bool {
    Named::default().slot(name).is_some()
}

/// Whether a header is the event's id, in any of the spellings.
pub(super) fn is_id(name: &str) -> bool {
    prefixed(name).is_some_and(|(_, name)| name == "id")
}

impl<'a> Found<'a> {
    pub(crate) fn of(headers: &'a Headers) -> Self {
        let mut found = Self::default();
        for (name, value) in headers.iter() {
            // The first letter tells most of it: every delivery comes through here.
            let slot = match name.as_bytes().first() {
                Some(b'c') => found.attribute(name),
                Some(b':') => found.property(name, value),
                Some(b't') => found.hop(name),
                _ => None,
            };
            if let Some(slot) = slot {
                slot.get_or_insert(value);
            }
        }
        found
    }

    /// Attributes of a prefix before the one so far take the place of what was found.
    fn attribute(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        let (rank, name) = prefixed(name)?;
        if rank != self.rank {
            if rank < self.rank {
                return None;
            }
            if self.rank > 0 {
                self.named = Named::default();
            }
            self.rank = rank;
        }
        self.named.slot(name)
    }

    fn property(&mut self, name: &str, value: &str) -> Option<&mut Option<&'a str>> {
        Some(match name {
            property::MESSAGE_ID => &mut self.message_id,
            property::TYPE => &mut self.type_name,
            property::CONTENT_TYPE => &mut self.content_type,
            property::APP_ID => &mut self.app_id,
            property::USER_ID => &mut self.user_id,
            property::INVALID_UTF8 if value.starts_with(':') || prefixed(value).is_some() => &mut self.unreadable,
            _ => return None,
        })
    }

    fn hop(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        Some(match name {
            "traceparent" => &mut self.hop.parent,
            "tracestate" => &mut self.hop.state,
            _ => return None,
        })
    }

    /// The attributes of `message`, whose headers these are. See [`Attributes::read`].
    pub(crate) fn read(
        mut self,
        message: &'a Message,
        room: &'a mut Option<Message>,
        routing_key: &'a str,
        plain: bool,
    ) -> Result<Attributes<'a>, DecodeError> {
        if is_structured(self.content_type.unwrap_or_default())? {
            let unfolded = room.insert(unfold(message)?);
            self.named = Self::of(&unfolded.headers).named;
            return self.check(&unfolded.body);
        }
        if plain && self.rank == 0 {
            let text = |value: Option<&'a str>| value.filter(|text| !text.is_empty());
            self.named.specversion = Some("1.0");
            self.named.id = self.message_id;
            self.named.type_name = Some(text(self.type_name).unwrap_or(routing_key));
            self.named.source = Some(text(self.app_id).unwrap_or("unknown"));
        }
        self.check(&message.body)
    }

    fn check(&self, data: &'a [u8]) -> Result<Attributes<'a>, DecodeError> {
        let named = &self.named;
        let specversion = required("specversion", named.specversion)?;
        if specversion != "1.0" {
            let other = shortened(specversion);
            return Err(DecodeError::attribute(format!("`specversion` is `{other}`, not `1.0`")));
        }
        let id = required("id", named.id)?;
        let id = id
            .parse()
            .map_err(|error| DecodeError::attribute(format!("`id`: {error}")))?;
        let source = required("source", named.source)?;
        let (name, version) = split(required("type", named.type_name)?)?;
        let (trace, state) = self.hop.read().or_else(|| named.trace.read()).unzip();
        Ok(Attributes {
            id,
            source,
            name,
            version,
            subject: optional("subject", named.subject)?,
            time: optional("time", named.time)?,
            data_schema: optional("dataschema", named.data_schema)?,
            partition_key: optional("partitionkey", named.partition_key)?,
            sequence: optional("sequence", named.sequence)?,
            correlation_id: optional("correlationid", named.correlation_id)?,
            causation_id: optional("causationid", named.causation_id)?,
            trace,
            trace_state: state.flatten(),
            data,
        })
    }
}

/// Whether a header is an attribute that we know, in binary mode.
pub(crate) fn is_attribute(header: &str) -> bool {
    prefixed(header).is_some_and(|(_, name)| is_known(name))
}

/// The rank of the prefix, and the attribute's name.
fn prefixed(name: &str) -> Option<(usize, &str)> {
    // Spelled out, so that each comparison is with a constant.
    let of = |at: usize| Some((PREFIXES.len() - at, name.strip_prefix(PREFIXES[at])?));
    of(0).or_else(|| of(1)).or_else(|| of(2))
}

fn required<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, DecodeError> {
    optional(name, value)?.ok_or_else(|| DecodeError::attribute(format!("there is no `{name}`")))
}

/// No attribute may be empty (CloudEvents 1.0.2, section 3), so an empty one is none.
#[inline]
fn optional<'a>(name: &str, value: Option<&'a str>) -> Result<Option<&'a str>, DecodeError> {
    match value {
        Some(value) if value.len() > MAX_ATTRIBUTE => Err(too_long(name, value.len())),
        value => Ok(value.filter(|value| !value.is_empty())),
    }
}

#[cold]
fn too_long(name: &str, bytes: usize) -> DecodeError {
    DecodeError::attribute(format!("`{name}` has {bytes} bytes, the limit is {MAX_ATTRIBUTE}"))
}

fn split(type_name: &str) -> Result<(&str, Version), DecodeError> {
    split_type(type_name).ok_or_else(|| DecodeError::UnknownType {
        type_name: shortened(type_name).to_owned(),
    })
}
