//! CloudEvents: the attributes of an event, read and written.

mod error;
mod id;

pub use error::DecodeError;
pub use id::{EventId, InvalidId, MAX_ID};
