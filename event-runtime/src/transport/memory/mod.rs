//! In process, with the semantics of the real broker.
//!
//! Exchanges, quorum queues, prefetch, confirms, redelivery in order, time-outs with dead-lettering and single active
//! consumers behave as they do on RabbitMQ, from the same [`Topology`]. An archive keeps 10,000 events at most. Nothing
//! survives the process.
//!
//! Time is tokio's, so `tokio::time::pause` and `advance` move delays; [`MemoryTransport::faults`] breaks things on
//! purpose.

mod archive;
mod bus;
mod consumer;
mod exchange;
mod expiry;
mod faults;
mod publisher;
mod queue;
mod topology;
mod unsettled;

pub use faults::Faults;

use super::{Health, PublishError, Session, Start, Transport, TransportError};
use crate::message::{Limits, Outgoing};
use crate::topology::{Plan, Topology};
use async_trait::async_trait;
use bus::{Bus, ConnectionId};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// One connection to a bus inside this process.
///
/// A clone is another connection to the same bus: give one to each service. Closing a connection ends its own sessions
/// and nobody else's. The bus goes when its last connection and session are dropped, with everything in it.
///
/// ```
/// use event_runtime::transport::{Health, Transport, memory::MemoryTransport};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let orders = MemoryTransport::new();
/// let payments = orders.clone();
/// orders.close().await;
/// assert_eq!(*orders.health().borrow(), Health::Closed);
/// assert_eq!(*payments.health().borrow(), Health::Up);
/// # }
/// ```
pub struct MemoryTransport {
    bus: Arc<Bus>,
    id: ConnectionId,
    health: watch::Sender<Health>,
    closed: AtomicBool,
}

impl MemoryTransport {
    /// A connection to a new, empty bus, which takes what a real broker takes: [`Limits::TRANSPORT`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::TRANSPORT)
    }

    /// A connection to a new, empty bus that refuses messages larger than `limits`.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self::connect(Arc::new(Bus::new(limits)))
    }

    fn connect(bus: Arc<Bus>) -> Self {
        let (id, health) = bus.connect();
        Self {
            bus,
            id,
            health,
            closed: AtomicBool::new(false),
        }
    }

    /// Switches that make the bus fail, for every connection to it.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.bus))
    }

    fn open(&self) -> Result<(), TransportError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(TransportError::Unavailable {
                to: self.describe(),
                reason: "the transport is closed".into(),
            });
        }
        Ok(())
    }
}

#[async_trait]
impl Transport for MemoryTransport {
    fn describe(&self) -> String {
        "memory".into()
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>> {
        if self.closed.load(Ordering::Acquire) {
            return messages.iter().map(|_| Err(PublishError::Closed)).collect();
        }
        let (answers, delay) = self.bus.publish(messages);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        answers
    }

    async fn consume(&self, queue: &str, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        self.open()?;
        let session = consumer::MemorySession::open(&self.bus, self.id, queue, prefetch)?;
        Ok(Box::new(session))
    }

    async fn read(&self, archive: &str, start: Start, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        self.open()?;
        let session = archive::ArchiveSession::open(&self.bus, self.id, archive, start, prefetch)?;
        Ok(Box::new(session))
    }

    async fn plan(&self, topology: &Topology) -> Result<Plan, TransportError> {
        self.open()?;
        Ok(self.bus.lock().plan(topology))
    }

    async fn apply(&self, topology: &Topology) -> Result<Plan, TransportError> {
        self.open()?;
        self.bus.apply(topology)
    }

    async fn remove(&self, topology: &Topology) -> Result<(), TransportError> {
        self.open()?;
        self.bus.remove(topology);
        Ok(())
    }

    async fn cut(&self, exchange: &str) -> Result<(), TransportError> {
        self.open()?;
        self.bus.cut(exchange);
        Ok(())
    }

    async fn depth(&self, queue: &str) -> Result<u64, TransportError> {
        self.open()?;
        self.bus.lock().depth(queue)
    }

    async fn readers(&self, queue: &str) -> Result<u64, TransportError> {
        self.open()?;
        self.bus.lock().readers(queue)
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    async fn close(&self) {
        if !self.closed.swap(true, Ordering::AcqRel) {
            self.bus.disconnect(self.id, "the transport is closed");
            self.health.send_replace(Health::Closed);
        }
    }
}

/// Another connection to the same bus, open even when this one is closed.
impl Clone for MemoryTransport {
    fn clone(&self) -> Self {
        Self::connect(Arc::clone(&self.bus))
    }
}

impl Default for MemoryTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for MemoryTransport {
    fn drop(&mut self) {
        self.bus.forget(self.id);
    }
}

impl fmt::Debug for MemoryTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransport")
            .field("connection", &self.id)
            .field("health", &*self.health.borrow())
            .finish_non_exhaustive()
    }
}
