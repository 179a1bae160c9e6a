use super::{Call, Sink};
use crate::envelope::EventId;
use crate::event::Event;
use crate::publisher::{Origin, Publisher};
use crate::transport::PublishError;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Publishes events part-way through a handler.
///
/// Ids are derived from the incoming event, the handler and the position, so an attempt that is repeated publishes the
/// same ids again, and consumers with an inbox see each of them once.
#[derive(Debug)]
pub struct Emit<E> {
    publisher: Publisher,
    origin: Origin,
    position: AtomicU32,
    sink: Option<Arc<Sink>>,
    events: PhantomData<fn(E)>,
}

impl<E: Event> Emit<E> {
    pub(super) fn new(call: &Call<'_>) -> Self {
        let attributes = &call.received[0].attributes;
        Self {
            publisher: call.publisher.clone(),
            origin: Origin {
                id: attributes.id.clone(),
                handler: call.handler,
                correlation_id: attributes.correlation_id.map(str::to_owned),
                trace: call.trace,
                trace_state: attributes.trace_state.map(str::to_owned),
            },
            position: AtomicU32::new(0),
            sink: call.sink.clone(),
            events: PhantomData,
        }
    }

    /// Publishes `event` and waits until the broker has it. In an `idempotent` handler it joins the transaction instead,
    /// and is published when that has committed; nothing is when it does not.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]. The event stays published when the handler fails afterwards.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may or may not have published; the next attempt uses the same id.
    pub async fn send(&self, event: &E) -> Result<EventId, PublishError> {
        let position = self.position.fetch_add(1, Ordering::Relaxed);
        let (id, outgoing) = self.publisher.emitted(&self.origin, position, event)?;
        match &self.sink {
            Some(sink) => sink.push(E::CONTRACT.unrouted, outgoing),
            None => self.publisher.send_one(E::CONTRACT.unrouted, outgoing).await?,
        }
        Ok(id)
    }
}
