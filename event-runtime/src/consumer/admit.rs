use super::Shared;
use crate::envelope::{Attributes, DecodeError, Found, JSON, LONGEST_KEY, is_storable, media_type};
use crate::message::{Message, header};
use crate::transport::Delivery;
use event_contract::Contract;

/// Why a delivery never reaches its handler. Not worth a retry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// One stable word.
    pub(crate) reason: &'static str,
    pub(crate) detail: String,
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        Self {
            reason: error.code(),
            detail: error.to_string(),
        }
    }
}

/// Limits, publisher, attributes, address, version: in this order, and nothing is decoded before the limits.
///
/// `room` is where a structured event is unfolded.
pub(crate) fn admit<'a>(
    shared: &Shared,
    delivery: &'a Delivery,
    room: &'a mut Option<Message>,
) -> Result<Attributes<'a>, Refusal> {
    let message = &delivery.message;
    shared.limits.check(message).map_err(|error| Refusal {
        reason: "too_large",
        detail: error.to_string(),
    })?;
    let found = Found::of(&message.headers);
    // A copy is published by this service; where it came from is then in headers that only this service can write.
    let (mut address, mut user) = (delivery.routing_key.as_str(), found.user_id);
    if shared.names.is_return_path(&delivery.exchange) {
        address = message.headers.get(header::ORIGIN_KEY).unwrap_or(address);
        user = message.headers.get(header::ORIGIN_USER);
    }
    check_user(shared, user)?;
    check_form(&found)?;
    let attributes = found.read(message, room, address, shared.plain)?;
    check_address(shared, address, &attributes)?;
    check_order(shared, &attributes)?;
    check_partition(shared, message)?;
    Ok(attributes)
}

/// The attributes of a delivery that need not be one for this handler: within the limits, and readable.
pub(super) fn attributes<'a>(
    shared: &Shared,
    delivery: &'a Delivery,
    room: &'a mut Option<Message>,
) -> Result<Attributes<'a>, Refusal> {
    let message = &delivery.message;
    shared.limits.check(message).map_err(|error| Refusal {
        reason: "too_large",
        detail: error.to_string(),
    })?;
    let found = Found::of(&message.headers);
    check_form(&found)?;
    Ok(found.read(message, room, &delivery.routing_key, shared.plain)?)
}

/// An event without a key has no place in an order, and one without a sequence no age.
fn check_order(shared: &Shared, attributes: &Attributes<'_>) -> Result<(), Refusal> {
    let options = &shared.options;
    if (options.ordered.is_some() || options.skips_stale) && attributes.key().is_none() {
        return Err(Refusal {
            reason: "no_key",
            detail: "the event says neither `partitionkey` nor `subject`, and this handler needs its key".to_owned(),
        });
    }
    if options.ordered.is_some() && attributes.key().is_some_and(|key| !is_storable(key)) {
        return Err(Refusal {
            reason: "no_key",
            detail: format!(
                "the event's key holds a NUL, or is longer than the {LONGEST_KEY} bytes that databases index"
            ),
        });
    }
    if options.skips_stale && attributes.sequence().is_none() {
        return Err(Refusal {
            reason: "no_sequence",
            detail:
                "the attribute `sequence` is not a number, and this handler skips what is older than what it handled"
                    .to_owned(),
        });
    }
    Ok(())
}

/// Without the header that the broker looks at, an event is in whichever partition such events are, and its key in another.
fn check_partition(shared: &Shared, message: &Message) -> Result<(), Refusal> {
    let header = shared.publisher.key_header();
    if shared.options.partitions().is_none() || message.headers.get(header).is_some() {
        return Ok(());
    }
    Err(Refusal {
        reason: "no_partition",
        detail: format!(
            "the event came without the header `{header}`, by which the broker finds the partition of its key: let its publisher \
             write binary CloudEvents with that prefix"
        ),
    })
}

fn check_user(shared: &Shared, user: Option<&str>) -> Result<(), Refusal> {
    let from = shared.options.from;
    if from.is_empty() || user.is_some_and(|user| from.contains(&user)) {
        return Ok(());
    }
    let who = user.map_or_else(|| "no checked user".to_owned(), |user| format!("`{user}`"));
    Err(Refusal {
        reason: "publisher_not_allowed",
        detail: format!("published by {who}; this handler takes events from {from:?}"),
    })
}

/// Attributes are text, and so is what the protocol says is; and events are JSON.
fn check_form(found: &Found<'_>) -> Result<(), Refusal> {
    if let Some(unreadable) = found.unreadable {
        let what = match unreadable.strip_prefix(':') {
            Some(part) => format!("the {}", part.replace('_', " ")),
            None => format!("the header `{unreadable}`"),
        };
        return Err(DecodeError::Attribute(format!("{what} is not UTF-8")).into());
    }
    match found.content_type {
        Some(content_type) if !is_json(content_type) => Err(Refusal {
            reason: "content_type",
            detail: format!("the content type is `{content_type}`; events are JSON"),
        }),
        _ => Ok(()),
    }
}

fn is_json(content_type: &str) -> bool {
    if content_type == JSON {
        return true;
    }
    let essence = media_type(content_type);
    let bytes = essence.as_bytes();
    let ends = |end: &[u8]| bytes.len() >= end.len() && bytes[bytes.len() - end.len()..].eq_ignore_ascii_case(end);
    ends(b"/json") || ends(b"+json")
}

/// The routing key is what the broker's permissions are about, the type is what we act upon: they must agree, and be of
/// an event that is read here.
fn check_address(shared: &Shared, address: &str, attributes: &Attributes<'_>) -> Result<(), Refusal> {
    let (name, version) = (attributes.name, attributes.version);
    let agrees = address
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(".v"))
        .is_some_and(|text| text.parse() == Ok(version.get()));
    if !agrees {
        return Err(Refusal {
            reason: "foreign_routing_key",
            detail: format!(
                "the routing key `{address}` does not go with the type `{}`",
                attributes.type_name()
            ),
        });
    }
    let reads = |contract: &&Contract| contract.name == name && contract.can_read(version);
    if shared.contracts.iter().any(reads) {
        Ok(())
    } else {
        Err(DecodeError::unknown_type(name, version).into())
    }
}
