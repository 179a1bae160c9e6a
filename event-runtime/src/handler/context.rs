use super::Call;
use crate::envelope::{EventId, Metadata};

/// Where a handler is: which event, which attempt, and the keys that other systems need.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Context {
    /// The event's metadata; the first one's in a batch.
    pub metadata: Metadata,
    /// The handler's name.
    pub handler: &'static str,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How many attempts there are.
    pub attempts: u32,
    /// Whether an operator has sent the event again, from the dead letters or from the archive.
    pub replay: bool,
}

impl Context {
    pub(super) fn new(call: &Call<'_>) -> Self {
        let received = &call.received[0];
        Self {
            metadata: Metadata::from(&received.attributes),
            handler: call.handler,
            attempt: call.attempt,
            attempts: call.attempts,
            replay: call.publisher.is_return_path(&received.delivery.exchange)
                && received
                    .delivery
                    .message
                    .headers
                    .get(crate::message::header::REPLAY_ID)
                    .is_some(),
        }
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self) -> &EventId {
        &self.metadata.id
    }

    /// The same text for every attempt at this event by this handler: for systems that take an idempotency key.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        format!("{}:{}", self.handler, self.metadata.id)
    }

    /// Whether a failure now would be the last one.
    #[must_use]
    pub fn is_last_attempt(&self) -> bool {
        self.attempt >= self.attempts
    }
}
