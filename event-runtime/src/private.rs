//! All and only what generated code uses. No promises.

pub use crate::envelope::{DecodeError, decode_json};
pub use crate::event::{Event, EventSet};
pub use crate::failure::{Class, Failed, Failure, chain};
pub use crate::handler::{Argument, Call, Handler, Input, Options, Output, Return};
pub use crate::retry::RetryPolicy;
pub use event_contract::{Contract, Field, Unrouted, Version};
pub use std::borrow::Cow;
pub use std::convert::{From, Into};
pub use std::fmt;
pub use std::future::Future;
pub use std::option::Option;
pub use std::primitive::{bool, str, u8, u16, u32, u64};
pub use std::result::Result;
pub use std::string::{String, ToString};
pub use std::time::Duration;

/// The key of an event, from the field's own text.
pub fn key_text<T: ToString + ?Sized>(key: &T) -> Cow<'_, str> {
    Cow::Owned(key.to_string())
}

/// Reads a version that only the older type knows, and lifts it.
///
/// # Errors
///
/// What the older type says.
pub fn upcast<New: From<Old>, Old: Event>(version: Version, body: &[u8]) -> Result<New, DecodeError> {
    <Old as Event>::decode(version, body).map(New::from)
}
