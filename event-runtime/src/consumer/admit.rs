use super::Shared;
use crate::envelope::{Attributes, DecodeError, PREFIXES};
use crate::message::{Headers, header, property};
use crate::transport::Delivery;

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
pub(crate) fn admit<'a>(shared: &Shared, delivery: &'a Delivery) -> Result<Attributes<'a>, Refusal> {
    let message = &delivery.message;
    shared.limits.check(message).map_err(|error| Refusal {
        reason: "too_large",
        detail: error.to_string(),
    })?;
    let returned = shared.names.is_return_path(&delivery.exchange);
    let address = if returned {
        message.headers.get(header::ORIGIN_KEY).unwrap_or(&delivery.routing_key)
    } else {
        &delivery.routing_key
    };
    check_user(shared, delivery, returned)?;
    check_form(&message.headers)?;
    let attributes = Attributes::read(message, address, shared.plain)?;
    check_address(shared, address, &attributes)?;
    let readable = shared
        .contracts
        .iter()
        .any(|contract| contract.name == attributes.name && contract.can_read(attributes.version));
    if !readable {
        return Err(DecodeError::unknown_type(&attributes.name, attributes.version).into());
    }
    Ok(attributes)
}

/// A copy is published by this service; the first publisher is then in a header that only this service can write.
fn check_user(shared: &Shared, delivery: &Delivery, returned: bool) -> Result<(), Refusal> {
    if shared.options.from.is_empty() {
        return Ok(());
    }
    let headers = &delivery.message.headers;
    let user = headers.get(if returned {
        header::ORIGIN_USER
    } else {
        property::USER_ID
    });
    if user.is_some_and(|user| shared.options.from.contains(&user)) {
        return Ok(());
    }
    let who = user.map_or_else(|| "no checked user".to_owned(), |user| format!("`{user}`"));
    Err(Refusal {
        reason: "publisher_not_allowed",
        detail: format!(
            "published by {who}; this handler takes events from {:?}",
            shared.options.from
        ),
    })
}

/// Attributes are text, and events are JSON.
fn check_form(headers: &Headers) -> Result<(), Refusal> {
    let unreadable = headers
        .iter()
        .find(|(name, of)| *name == property::INVALID_UTF8 && PREFIXES.iter().any(|prefix| of.starts_with(prefix)));
    if let Some((_, name)) = unreadable {
        return Err(DecodeError::Attribute(format!("the header `{name}` is not UTF-8")).into());
    }
    match headers.get(property::CONTENT_TYPE) {
        Some(content_type) if !is_json(content_type) => Err(Refusal {
            reason: "content_type",
            detail: format!("the content type is `{content_type}`; events are JSON"),
        }),
        _ => Ok(()),
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let bytes = essence.as_bytes();
    let ends = |end: &[u8]| bytes.len() >= end.len() && bytes[bytes.len() - end.len()..].eq_ignore_ascii_case(end);
    essence == "application/json" || ends(b"/json") || ends(b"+json")
}

/// The routing key is what the broker's permissions are about, the type is what we act upon: they must agree.
fn check_address(shared: &Shared, address: &str, attributes: &Attributes<'_>) -> Result<(), Refusal> {
    let agrees = address
        .strip_prefix(attributes.name.as_ref())
        .and_then(|rest| rest.strip_prefix(".v"))
        .is_some_and(|version| version.parse() == Ok(attributes.version.get()));
    let ours = shared.contracts.iter().any(|contract| contract.name == attributes.name);
    if agrees && (ours || shared.contracts.is_empty()) {
        return Ok(());
    }
    if agrees {
        return Err(DecodeError::unknown_type(&attributes.name, attributes.version).into());
    }
    Err(Refusal {
        reason: "foreign_routing_key",
        detail: format!(
            "the routing key `{address}` does not go with the type `{}`",
            attributes.type_name()
        ),
    })
}
