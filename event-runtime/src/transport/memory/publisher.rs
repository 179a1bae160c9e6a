//! Taking messages in.

use super::bus::{Bus, State};
use crate::message::Outgoing;
use crate::transport::PublishError;
use std::sync::Arc;
use std::time::Duration;

impl Bus {
    /// Stores `messages`, in their order; the answers are due after the given delay.
    pub(super) fn publish(self: &Arc<Self>, messages: Vec<Outgoing>) -> (Vec<Result<(), PublishError>>, Duration) {
        let mut answers = Vec::with_capacity(messages.len());
        let delay = self.change(|state| {
            for message in messages {
                let checked = self.limits.check(&message.message).map_err(PublishError::from);
                answers.push(checked.and_then(|()| state.take(message)));
            }
            state.faults.confirm_delay
        });
        (answers, delay)
    }
}

impl State {
    fn take(&mut self, message: Outgoing) -> Result<(), PublishError> {
        if let Some(reason) = &self.faults.blocked {
            return Err(PublishError::Blocked(reason.clone()));
        }
        if let Some(message) = self.store(message) {
            return Err(PublishError::Unroutable {
                exchange: message.exchange,
                routing_key: message.routing_key,
            });
        }
        if self.faults.lost_confirms > 0 {
            self.faults.lost_confirms -= 1;
            let within_ms = u64::try_from(self.faults.confirm_delay.as_millis()).unwrap_or(u64::MAX);
            return Err(PublishError::Unknown { within_ms });
        }
        Ok(())
    }
}
