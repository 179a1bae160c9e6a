use super::Call;
use crate::envelope::EventId;
use crate::event::Event;
use crate::publisher::{Origin, Publisher};
use crate::transport::PublishError;
use std::marker::PhantomData;
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
            events: PhantomData,
        }
    }

    /// Publishes `event` and waits until the broker has it.
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
        self.publisher.emit(&self.origin, position, event).await
    }
}
