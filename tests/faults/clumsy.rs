//! A transport that acks twice when it is told to.

use async_trait::async_trait;
use event_runtime::message::Outgoing;
use event_runtime::topology::{Plan, Topology};
use event_runtime::transport::{Delivery, Health, PublishError, Session, Transport, TransportError};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::sync::watch;

#[derive(Debug)]
pub(crate) struct Clumsy<T> {
    inner: T,
    queue: String,
    armed: Armed,
}

/// Whether the next ack is sent twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Armed(Arc<AtomicBool>);

impl<T: Transport> Clumsy<T> {
    /// `inner`, whose sessions on `queue` can be told to ack twice.
    pub(crate) fn new(inner: T, queue: String) -> (Self, Armed) {
        let armed = Armed::default();
        let clumsy = Self {
            inner,
            queue,
            armed: armed.clone(),
        };
        (clumsy, armed)
    }
}

impl Armed {
    pub(crate) fn ack_twice(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_acked_twice(&self) -> bool {
        !self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl<T: Transport> Transport for Clumsy<T> {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>> {
        self.inner.publish(messages).await
    }

    async fn consume(&self, queue: &str, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        let session = self.inner.consume(queue, prefetch).await?;
        if queue != self.queue {
            return Ok(session);
        }
        let armed = self.armed.clone();
        Ok(Box::new(ClumsySession { session, armed }))
    }

    async fn plan(&self, topology: &Topology) -> Result<Plan, TransportError> {
        self.inner.plan(topology).await
    }

    async fn apply(&self, topology: &Topology) -> Result<Plan, TransportError> {
        self.inner.apply(topology).await
    }

    async fn cut(&self, exchange: &str) -> Result<(), TransportError> {
        self.inner.cut(exchange).await
    }

    async fn remove(&self, topology: &Topology) -> Result<(), TransportError> {
        self.inner.remove(topology).await
    }

    async fn depth(&self, queue: &str) -> Result<u64, TransportError> {
        self.inner.depth(queue).await
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.inner.health()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

struct ClumsySession {
    session: Box<dyn Session>,
    armed: Armed,
}

impl Session for ClumsySession {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.session.poll_next(cx)
    }

    fn usable(&self) -> bool {
        self.session.usable()
    }

    fn ack(&mut self, tag: u64, multiple: bool) {
        self.session.ack(tag, multiple);
        if self.armed.0.swap(false, Ordering::SeqCst) {
            self.session.ack(tag, multiple);
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.session.poll_flush(cx)
    }

    fn recycle(&mut self, delivery: Delivery) {
        self.session.recycle(delivery);
    }

    fn end(&self) -> Option<String> {
        self.session.end()
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        self.session.close()
    }
}
