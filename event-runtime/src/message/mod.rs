//! What travels: a body and its headers, and where it goes.

pub(crate) mod header;
mod headers;

pub use headers::{Headers, property};

use bytes::Bytes;
use std::fmt;

/// A body and its headers, as sent and as kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Attributes and properties.
    pub headers: Headers,
    /// The payload, untouched.
    pub body: Bytes,
}

/// A message on its way out: where it goes, and what it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The exchange it is published to.
    pub exchange: String,
    /// The routing key.
    pub routing_key: String,
    /// Body and headers. `:message_id` must be set: returns are matched by it.
    pub message: Message,
}

/// Sizes only: a body may be personal.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// What is refused before it is decoded, and before it is sent.
///
/// The defaults stay below what RabbitMQ 3.10 to 4.x accept: a header frame above `frame_max` would close the whole
/// connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the body. Default 1 MiB.
    pub body: usize,
    /// Bytes of all header names and values together. Default 32 KiB.
    pub headers: usize,
    /// Number of headers. Default 64.
    pub header_count: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            headers: 32 << 10,
            header_count: 64,
        }
    }
}

impl Limits {
    /// What a transport lets through: copies of what came in must be able to go to the dead letters, whatever the
    /// service's own limits say. The headers must fit one frame of 128 KiB.
    pub const TRANSPORT: Self = Self {
        body: 128 << 20,
        headers: 96 << 10,
        header_count: 1000,
    };

    /// Whether `message` keeps to the limits.
    ///
    /// # Errors
    ///
    /// The first limit it passes, with both figures.
    pub fn check(&self, message: &Message) -> Result<(), TooLarge> {
        let found = [
            (message.body.len(), self.body, "bytes of body"),
            (message.headers.bytes(), self.headers, "bytes of headers"),
            (message.headers.len(), self.header_count, "headers"),
        ];
        match found.into_iter().find(|(is, limit, _)| is > limit) {
            Some((is, limit, what)) => Err(TooLarge { is, limit, what }),
            None => Ok(()),
        }
    }
}

/// A message larger than the [`Limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{is} {what}, the limit is {limit}")]
pub struct TooLarge {
    is: usize,
    limit: usize,
    what: &'static str,
}
