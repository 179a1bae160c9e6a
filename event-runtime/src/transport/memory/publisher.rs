//! Taking messages in.

use super::bus::{Bus, State};
use crate::message::{Headers, Outgoing, property};
use crate::transport::PublishError;
use std::sync::Arc;
use std::time::Duration;

impl Bus {
    /// Stores `messages`, in their order; the answers are due after the given delay.
    pub(super) fn publish(self: &Arc<Self>, mut messages: Vec<Outgoing>) -> (Vec<Result<(), PublishError>>, Duration) {
        let check = |message: &mut Outgoing| {
            self.limits.check(&message.message)?;
            sendable(message)
        };
        // Everything that can be done without the lock is done before it.
        let mut answers: Vec<_> = messages.iter_mut().map(check).collect();
        let delay = self.change(|state| {
            for (message, answer) in messages.into_iter().zip(&mut answers) {
                if answer.is_ok() {
                    *answer = state.take(message);
                }
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

/// Refuses what AMQP cannot carry, so that it does not come as a surprise on the real broker.
fn sendable(message: &mut Outgoing) -> Result<(), PublishError> {
    short("routing key", &message.routing_key)?;
    let (mut has_id, mut has_user) = (false, false);
    for (name, value) in message.message.headers.iter() {
        if !name.starts_with(':') {
            short("header name", name)?;
            continue;
        }
        match name {
            property::MESSAGE_ID => has_id = true,
            property::USER_ID => has_user = true,
            property::TIMESTAMP if value.parse::<u64>().is_err() => {
                return Err(PublishError::Invalid(format!(
                    "its timestamp `{value}` is not in seconds"
                )));
            }
            property::TYPE
            | property::CORRELATION_ID
            | property::CONTENT_TYPE
            | property::APP_ID
            | property::TIMESTAMP
            | ":content_encoding" => {}
            other => return Err(PublishError::Invalid(format!("AMQP has no property `{other}`"))),
        }
        short(name, value)?;
    }
    if !has_id {
        return Err(PublishError::Invalid("it has no message id".into()));
    }
    if has_user {
        // Who sends is not for the sender to say, and nobody logs in here.
        let headers = message
            .message
            .headers
            .iter()
            .filter(|(name, _)| *name != property::USER_ID);
        message.message.headers = headers.collect::<Headers>();
    }
    Ok(())
}

fn short(what: &str, text: &str) -> Result<(), PublishError> {
    if text.len() <= 255 {
        return Ok(());
    }
    Err(PublishError::Invalid(format!(
        "its {what} has {} bytes, AMQP takes 255",
        text.len()
    )))
}
