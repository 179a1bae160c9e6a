use crate::message::Message;

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
