use super::Publisher;
use crate::envelope::{Cause, Content, EventId, Trace};
use crate::event::Event;
use crate::message::Outgoing;
use crate::transport::PublishError;
use event_contract::Unrouted;

/// What the events of one attempt inherit from the event that caused them.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) id: EventId,
    pub(crate) handler: &'static str,
    pub(crate) correlation_id: Option<String>,
    pub(crate) trace: Trace,
    pub(crate) trace_state: Option<String>,
}

impl Origin {
    pub(crate) fn cause(&self) -> Cause<'_> {
        Cause {
            id: &self.id,
            correlation_id: self.correlation_id.as_deref(),
            trace: self.trace,
            trace_state: self.trace_state.as_deref(),
        }
    }
}

/// The events a handler has returned, written and waiting to be sent together.
#[derive(Debug)]
pub struct Outbound<'a> {
    publisher: &'a Publisher,
    handler: &'static str,
    cause: Cause<'a>,
    messages: Vec<(Unrouted, Outgoing)>,
}

impl<'a> Outbound<'a> {
    pub(crate) fn new(publisher: &'a Publisher, handler: &'static str, cause: Cause<'a>) -> Self {
        Self {
            publisher,
            handler,
            cause,
            messages: Vec::new(),
        }
    }

    /// Writes `event` under an id derived from its cause, the handler and the position.
    ///
    /// # Errors
    ///
    /// An event that cannot be written as JSON, or is larger than the limits.
    pub fn push<E: Event>(&mut self, event: &E) -> Result<(), PublishError> {
        let id = self.cause.id.emitted(self.handler, self.messages.len() as u32);
        let outgoing = self.publisher.write(&id, Content::of(event)?, Some(&self.cause))?;
        self.messages.push((E::CONTRACT.unrouted, outgoing));
        Ok(())
    }

    /// Sends everything, in order, and waits until the broker has it.
    pub(crate) async fn send(&self) -> Result<(), PublishError> {
        self.publisher.send(self.messages.clone()).await.into_iter().collect()
    }

    /// Everything, for the outbox.
    pub(crate) fn into_messages(self) -> Vec<(Unrouted, Outgoing)> {
        self.messages
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}
