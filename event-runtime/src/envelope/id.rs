use super::hex::hex8;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// The identity of an event, together with its source (CloudEvents 1.0.2, `id`).
///
/// Ours are UUIDs: version 7 when made anew, version 5 when derived. Other producers may use any text.
///
/// ```
/// use event_runtime::EventId;
///
/// let once = EventId::derived("stripe", "evt_17");
/// assert_eq!(once, EventId::derived("stripe", "evt_17"), "a webhook called twice gives one event");
/// assert_ne!(EventId::new(), EventId::new());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EventId(Repr);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    Uuid(Uuid),
    Text(Arc<str>),
}

/// The longest foreign id that is taken, in bytes: it must fit AMQP's `message_id`.
pub const MAX_ID: usize = 255;

/// The namespace of derived ids: RFC 9562 asks for one of our own.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b1f_6c1e_52d5_5c1b_9d2a_3e3c_0f5e_7a10);

impl EventId {
    /// A new id, ordered by time (UUID version 7).
    #[must_use]
    #[allow(clippy::new_without_default, reason = "every call gives another id")]
    pub fn new() -> Self {
        Self(Repr::Uuid(Uuid::now_v7()))
    }

    /// The id of what another system calls `external_id` (UUID version 5).
    ///
    /// The same two texts always give the same id, so that webhooks and reconciliation may repeat themselves.
    #[must_use]
    pub fn derived(source: &str, external_id: &str) -> Self {
        Self::digest(&[source.as_bytes(), external_id.as_bytes()])
    }

    /// The id of the `position`th event that `handler` emits for `self`.
    pub(crate) fn emitted(&self, handler: &str, position: u32) -> Self {
        let position = position.to_be_bytes();
        match &self.0 {
            Repr::Uuid(uuid) => Self::digest(&[uuid.as_bytes(), handler.as_bytes(), &position]),
            Repr::Text(text) => Self::digest(&[text.as_bytes(), handler.as_bytes(), &position]),
        }
    }

    /// Length-prefixed, so that `("a", "bc")` and `("ab", "c")` differ.
    fn digest(parts: &[&[u8]]) -> Self {
        let mut name = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            name.extend_from_slice(&(part.len() as u64).to_be_bytes());
            name.extend_from_slice(part);
        }
        Self(Repr::Uuid(Uuid::new_v5(&NAMESPACE, &name)))
    }

    /// The UUID, unless another producer chose another form.
    #[must_use]
    pub fn as_uuid(&self) -> Option<Uuid> {
        match &self.0 {
            Repr::Uuid(uuid) => Some(*uuid),
            Repr::Text(_) => None,
        }
    }
}

impl From<Uuid> for EventId {
    fn from(uuid: Uuid) -> Self {
        Self(Repr::Uuid(uuid))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Uuid(uuid) => uuid.fmt(f),
            Repr::Text(text) => text.fmt(f),
        }
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

/// Text that cannot be an event id: empty, or longer than [`MAX_ID`] bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event id is 1 to {MAX_ID} bytes long")]
pub struct InvalidId;

impl FromStr for EventId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.is_empty() || text.len() > MAX_ID {
            return Err(InvalidId);
        }
        Ok(Self(
            canonical(text).map_or_else(|| Repr::Text(text.into()), Repr::Uuid),
        ))
    }
}

/// Only the canonical spelling: other spellings of a UUID must come back as they were.
fn canonical(text: &str) -> Option<Uuid> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let &[
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        b'-',
        i,
        j,
        k,
        l,
        b'-',
        m,
        n,
        o,
        p,
        b'-',
        q,
        r,
        s,
        t,
        b'-',
        ref rest @ ..,
    ] = text
    else {
        return None;
    };
    let &[u, v, w, x, ref node @ ..] = rest;
    let words = [
        hex8([a, b, c, d, e, f, g, h])?,
        hex8([i, j, k, l, m, n, o, p])?,
        hex8([q, r, s, t, u, v, w, x])?,
        hex8(*node)?,
    ];
    Some(Uuid::from_u128(
        words.iter().fold(0, |id, word| id << 32 | u128::from(*word)),
    ))
}

impl TryFrom<String> for EventId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(EventId::derived("a", "bc"), EventId::derived("ab", "c"));
    }

    #[test]
    fn text_survives() {
        for text in [
            "A-1",
            "0192F2E0-0000-7000-8000-000000000000",
            "0192f2e0-0000-7000-8000-000000000000",
        ] {
            assert_eq!(text.parse::<EventId>().unwrap().to_string(), text);
        }
        assert!("".parse::<EventId>().is_err());
        assert!("x".repeat(256).parse::<EventId>().is_err());
    }

    #[test]
    fn emitted_ids_differ_by_handler_and_position() {
        let id = EventId::new();
        assert_eq!(id.emitted("a", 0), id.emitted("a", 0));
        assert_ne!(id.emitted("a", 0), id.emitted("a", 1));
        assert_ne!(id.emitted("a", 0), id.emitted("b", 0));
    }
}
