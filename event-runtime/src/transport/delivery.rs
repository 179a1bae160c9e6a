use crate::message::{Message, header};
use jiff::Timestamp;

/// One arrival of a message at a consumer.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Delivery {
    /// Counts the deliveries of a session, from 1.
    pub tag: u64,
    /// The exchange it came through last.
    pub exchange: String,
    /// The routing key it came with.
    pub routing_key: String,
    /// It was delivered before and not settled.
    pub redelivered: bool,
    /// How often the broker says it gave it back before.
    pub returns: u32,
    /// Body and headers.
    pub message: Message,
}

impl Delivery {
    /// The place of the message in the archive it was read from.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.message.headers.get(header::OFFSET)?.parse().ok()
    }
}

/// Where the reading of an archive begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// With the oldest event that is kept.
    First,
    /// With what was stored at this time, or a little before; in whole seconds.
    At(Timestamp),
    /// With this offset, or the oldest one after it that is kept.
    Offset(u64),
    /// Near the end: RabbitMQ's last chunk, which may be one event or many.
    Last,
}
