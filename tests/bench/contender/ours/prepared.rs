//! A transport without transport: hands out the same delivery again and again, so that only the consumer is measured.

use std::sync::Mutex;
use std::task::{Context, Poll};

use async_trait::async_trait;
use event_runtime::message::Outgoing;
use event_runtime::topology::{Plan, Topology};
use event_runtime::transport::{Delivery, Health, PublishError, Session, Transport, TransportError};
use futures_util::future::BoxFuture;
use tokio::sync::watch;

/// Hands out `delivery` so many times.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) delivery: Mutex<Option<Delivery>>,
    pub(super) count: u64,
    pub(super) health: watch::Sender<Health>,
}

#[async_trait]
impl Transport for Prepared {
    fn describe(&self) -> String {
        "prepared".to_owned()
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>> {
        vec![Ok(()); messages.len()]
    }

    async fn consume(&self, _: &str, _: u16) -> Result<Box<dyn Session>, TransportError> {
        let delivery = self.delivery.lock().map_or(None, |mut delivery| delivery.take());
        Ok(Box::new(Repeated {
            spare: delivery,
            tag: 0,
            count: self.count,
        }))
    }

    async fn plan(&self, _: &Topology) -> Result<Plan, TransportError> {
        Ok(Plan::default())
    }

    async fn apply(&self, _: &Topology) -> Result<Plan, TransportError> {
        Ok(Plan::default())
    }

    async fn cut(&self, _: &str) -> Result<(), TransportError> {
        Ok(())
    }

    async fn remove(&self, _: &Topology) -> Result<(), TransportError> {
        Ok(())
    }

    async fn depth(&self, _: &str) -> Result<u64, TransportError> {
        Ok(0)
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    async fn close(&self) {}
}

struct Repeated {
    spare: Option<Delivery>,
    tag: u64,
    count: u64,
}

impl Session for Repeated {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if self.tag == self.count {
            return Poll::Pending;
        }
        let Some(mut delivery) = self.spare.take() else {
            return Poll::Pending;
        };
        self.tag += 1;
        delivery.tag = self.tag;
        Poll::Ready(Some(delivery))
    }

    fn usable(&self) -> bool {
        true
    }

    fn ack(&mut self, _: u64, _: bool) {}

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn recycle(&mut self, delivery: Delivery) {
        self.spare = Some(delivery);
    }

    fn end(&self) -> Option<String> {
        None
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}
