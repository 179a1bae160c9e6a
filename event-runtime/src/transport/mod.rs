//! The seam between the runtime and a broker.
//!
//! Two transports ship: [`memory`], in process, and `rabbitmq`. A third one implements [`Transport`] and passes the
//! public conformance suite in `event_runtime::testing`.

mod delivery;
mod error;
pub mod memory;
#[cfg(feature = "rabbitmq")]
pub mod rabbitmq;

pub use delivery::{Delivery, Start};
pub use error::{PublishError, TransportError};

use crate::message::Outgoing;
use crate::topology::{Plan, Topology};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use std::task::{Context, Poll};
use tokio::sync::watch;

/// A broker, or something that behaves like one.
#[async_trait]
pub trait Transport: std::fmt::Debug + Send + Sync + 'static {
    /// Where this is, for people; never a secret.
    fn describe(&self) -> String;

    /// Sends `messages`, in their order, and waits until the broker answers for each of them.
    ///
    /// `Ok` means: stored in every queue that takes it. The answers come in the order of `messages`.
    ///
    /// # Cancel safety
    ///
    /// Messages of a dropped call may or may not have been sent. Sending them again with the same ids is safe.
    async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>>;

    /// Starts reading `queue`, with at most `prefetch` unsettled deliveries.
    ///
    /// Waits for a connection, once: reconnecting is for the caller, who decides when to try again.
    ///
    /// # Errors
    ///
    /// No connection within the transport's own time limit, no such queue, no permission.
    async fn consume(&self, queue: &str, prefetch: u16) -> Result<Box<dyn Session>, TransportError>;

    /// Starts reading an archive at `start`, with at most `prefetch` unsettled deliveries. Reading takes nothing out: an ack
    /// only asks for more, and every reader has its own place. Each delivery says its [`Delivery::offset`].
    ///
    /// [`Start::At`] may begin with older events: RabbitMQ finds a chunk of them, not one. The default is for a transport
    /// without archives.
    ///
    /// # Errors
    ///
    /// No connection within the transport's own time limit, no such archive, no permission.
    async fn read(&self, archive: &str, start: Start, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        let _ = (start, prefetch);
        Err(TransportError::NoQueue(archive.to_owned()))
    }

    /// Holds `topology` against what is there; changes nothing.
    ///
    /// # Errors
    ///
    /// No connection, no permission.
    async fn plan(&self, topology: &Topology) -> Result<Plan, TransportError>;

    /// Makes what is missing, and waits until the new queues really take messages.
    ///
    /// # Errors
    ///
    /// No connection, no permission, an object that is there with other arguments.
    async fn apply(&self, topology: &Topology) -> Result<Plan, TransportError>;

    /// Deletes an exchange with everything that leads to it and from it, in one step: nothing goes through it any more. One that
    /// is not there is no error.
    ///
    /// # Errors
    ///
    /// No connection, no permission.
    async fn cut(&self, exchange: &str) -> Result<(), TransportError>;

    /// Deletes the queues and exchanges of `topology`, with everything in them.
    ///
    /// An exchange that still leads to somebody else's queue stays.
    ///
    /// # Errors
    ///
    /// No connection, no permission.
    async fn remove(&self, topology: &Topology) -> Result<(), TransportError>;

    /// How many messages wait in `queue`, not counting those that are being handled.
    ///
    /// # Errors
    ///
    /// No connection, no such queue.
    async fn depth(&self, queue: &str) -> Result<u64, TransportError>;

    /// How many consumers `queue` has, in any process; 0 from a transport that cannot tell. Of those that stand by for a single
    /// active one, none may be counted.
    ///
    /// # Errors
    ///
    /// No connection, no such queue.
    async fn readers(&self, _queue: &str) -> Result<u64, TransportError> {
        Ok(0)
    }

    /// Whether messages can be sent and received right now; changes wake the receiver.
    fn health(&self) -> watch::Receiver<Health>;

    /// Sends what is still waiting to be sent, and closes. Bounded in time.
    async fn close(&self);
}

/// A running subscription to one queue: one consumer on one channel.
///
/// Dropping it gives every unsettled delivery back, in order.
pub trait Session: Send {
    /// The next delivery; `Ready(None)` means the session is over, whatever the reason.
    ///
    /// Deliveries that cannot be settled any more are left out.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>>;

    /// Whether deliveries of this session can still be settled.
    fn usable(&self) -> bool;

    /// Acks `tag`, or with `multiple` everything up to it. Queued, sent by [`poll_flush`](Self::poll_flush).
    fn ack(&mut self, tag: u64, multiple: bool);

    /// Drives the queued acks; `Ready(Err)` means the session is over and they are lost.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>>;

    /// Sends the queued acks and resolves when the broker has them, or never will. Slow, and for rare occasions.
    ///
    /// The default is for a transport whose [`poll_flush`](Self::poll_flush) returns after that.
    fn settled(&mut self) -> BoxFuture<'static, ()> {
        let _ = self.poll_flush(&mut Context::from_waker(std::task::Waker::noop()));
        Box::pin(std::future::ready(()))
    }

    /// Takes the memory of a settled delivery back.
    fn recycle(&mut self, delivery: Delivery) {
        drop(delivery);
    }

    /// Why the session ended, once it has.
    fn end(&self) -> Option<String>;

    /// Sends the queued acks and ends the session; unsettled deliveries go back, in order.
    ///
    /// Resolves when the broker knows. Bounded in time.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Whether a transport can send and receive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// Not connected yet, or not any more; why, if known.
    #[default]
    Connecting,
    /// Connected.
    Up,
    /// Connected, but the broker takes no messages: memory or disk alarm.
    Blocked(String),
    /// The last attempt failed.
    Down(String),
    /// Closed for good.
    Closed,
}
