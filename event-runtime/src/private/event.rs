use crate::envelope::{DecodeError, decode_json};
use crate::event::Event;
use event_contract::{Contract, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::borrow::Cow;
use std::fmt;

/// What an event is beneath its contract.
pub trait Body: Serialize + DeserializeOwned + Plain {}

impl<T: Serialize + DeserializeOwned + Plain> Body for T {}

/// What can be handed from thread to thread.
pub trait Plain: Sized + Send + Sync + 'static {}

impl<T: Send + Sync + 'static> Plain for T {}

/// An event that another item of generated code builds upon.
#[derive(Debug)]
pub struct Known<E> {
    pub contract: &'static Contract,
    decode: fn(Version, &[u8]) -> Result<E, DecodeError>,
}

impl<E> Known<E> {
    /// Whether its name is `name`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.contract.name == name
    }

    /// See [`Event::decode`].
    ///
    /// # Errors
    ///
    /// See there.
    pub fn decode(&self, version: Version, body: &[u8]) -> Result<E, DecodeError> {
        (self.decode)(version, body)
    }

    /// How many versions it reads, its own included.
    #[must_use]
    pub const fn reads(&self) -> usize {
        self.contract.reads.len() + 1
    }

    /// The versions it reads, its own first.
    #[must_use]
    pub const fn versions<const N: usize>(&self) -> [Version; N] {
        let mut versions = [self.contract.version; N];
        let mut at = 1;
        while at < N {
            versions[at] = self.contract.reads[at - 1];
            at += 1;
        }
        versions
    }
}

/// The one place where generated code asks for an event, so that one that is none is reported once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event)]` with `#[event(name = \"order.placed\", version = 1, owner = \"team\")]`"
)]
pub trait IsEvent: Sized {
    const EVENT: Known<Self>;
}

#[diagnostic::do_not_recommend]
impl<E: Event> IsEvent for E {
    const EVENT: Known<Self> = Known {
        contract: E::CONTRACT,
        decode: E::decode,
    };
}

/// How an older version becomes a newer one.
#[diagnostic::on_unimplemented(
    message = "nothing says how `{Self}` reads as `{New}`",
    label = "no `impl From<{Self}> for {New}`",
    note = "write the upcast: `impl From<{Self}> for {New} {{ fn from(old: {Self}) -> Self {{ .. }} }}`"
)]
pub trait Upcast<New>: Sized {
    fn upcast(self) -> New;
}

#[diagnostic::do_not_recommend]
impl<Old, New: From<Old>> Upcast<New> for Old {
    fn upcast(self) -> New {
        New::from(self)
    }
}

/// Reads the type's own version.
///
/// # Errors
///
/// Another version, and what is not the event.
pub fn decode_own<E: Event>(version: Version, body: &[u8]) -> Result<E, DecodeError> {
    let contract = E::CONTRACT;
    if version == contract.version {
        decode_json(contract.type_name, body)
    } else {
        Err(DecodeError::unknown_type(contract.name, version))
    }
}

/// Reads the type's own version, or what the older type reads, lifted.
///
/// # Errors
///
/// A version that neither of them knows, and what is not the event.
pub fn decode_or_upcast<New: Event, Old>(
    version: Version,
    body: &[u8],
    older: Known<Old>,
    upcast: fn(Old) -> New,
) -> Result<New, DecodeError> {
    if version == New::CONTRACT.version {
        decode_own(version, body)
    } else {
        older.decode(version, body).map(upcast)
    }
}

/// What a type decodes to whose derive found a mistake.
///
/// # Errors
///
/// Always.
pub fn not_built<T>(version: Version) -> Result<T, DecodeError> {
    Err(DecodeError::unknown_type(Contract::INVALID.name, version))
}

/// A version that the macro has checked.
#[must_use]
pub const fn version(number: u32) -> Version {
    match Version::new(number) {
        Some(version) => version,
        None => Version::FIRST,
    }
}

/// `order.placed` version `version` upcasts from `older`.
///
/// # Panics
///
/// When evaluated by the compiler: another event, or a version that is not older.
#[track_caller]
pub const fn check_upcast<Old>(name: &str, version: u32, older: &Known<Old>) {
    event_contract::check_upcast(name, version, older.contract);
}

/// `own` joins a set that has `before`.
///
/// # Panics
///
/// When evaluated by the compiler: a name that the set has.
#[track_caller]
pub const fn check_member(before: &[&Contract], own: &Contract) {
    event_contract::check_member(before, own);
}

/// A field that can be the key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of an event",
    label = "a key needs a text",
    note = "a key is an id, such as `Uuid`, `String` or an integer; your own type needs `impl Display`"
)]
pub trait Key: 'static {
    fn text(&self) -> Cow<'_, str>;
}

#[diagnostic::do_not_recommend]
impl<T: fmt::Display + 'static> Key for T {
    fn text(&self) -> Cow<'_, str> {
        match (self as &dyn Any).downcast_ref::<String>() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.to_string()),
        }
    }
}

/// A field that can be the sequence.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the sequence of an event",
    label = "a sequence counts",
    note = "a sequence is an integer that grows with each change of a key, such as `u64` or `i64`"
)]
pub trait Sequence {
    /// `None` for a number below zero.
    fn number(&self) -> Option<u64>;
}

#[diagnostic::do_not_recommend]
impl<T: Copy + TryInto<u64>> Sequence for T {
    fn number(&self) -> Option<u64> {
        (*self).try_into().ok()
    }
}

/// What is shown of a sensitive value.
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"[redacted]\"")
    }
}
