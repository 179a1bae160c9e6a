//! CloudEvents: the attributes of an event, read and written.

mod attributes;
mod decode;
mod error;
mod found;
#[cfg(test)]
pub(crate) mod fuzz;
mod hex;
mod id;
mod metadata;
mod rename;
mod structured;
mod trace;
mod write;

pub use attributes::{Attributes, MAX_ATTRIBUTE, PREFIXES};
pub use decode::decode_json;
pub use error::DecodeError;
pub(crate) use found::{Found, is_attribute};
pub use id::{EventId, InvalidId, MAX_ID};
pub use metadata::{Envelope, Metadata};
pub(crate) use rename::{holds_event, rename};
pub(crate) use structured::{JSON, media_type};
pub use trace::Trace;
pub use write::Prefix;
pub(crate) use write::{Cause, Content, LONGEST_KEY, Written, is_storable, write};
