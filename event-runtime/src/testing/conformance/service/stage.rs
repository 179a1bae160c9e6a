//! A service under check: its own names, the lab's connections.

use super::play::{Placed, Probe};
use crate::dead_letter::DeadLetter;
use crate::envelope::EventId;
use crate::handler::With;
use crate::message::Outgoing;
use crate::service::{Running, Service};
use crate::testing::conformance::lab::Lab;
use crate::testing::conformance::reader::PATIENCE;
use crate::testing::conformance::verdict::{Failure, Verdict};
use crate::topology::{Binding, Destination, Exchange, ExchangeKind, Plan, Queue, Topology};
use crate::transport::{Health, PublishError, Session, Start, Transport, TransportError};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

impl Lab {
    /// The lab's service, on the second connection.
    pub(super) fn service(&self, probe: &Probe) -> Service<With<Probe, ()>> {
        self.service_over(&self.two, probe)
    }

    /// The lab's service, on the connection `over`.
    pub(super) fn service_over(&self, over: &Arc<dyn Transport>, probe: &Probe) -> Service<With<Probe, ()>> {
        Service::new(&self.prefix)
            .bus(&self.names.bus)
            .transport(Borrowed(Arc::clone(over)))
            .state(probe.clone())
    }

    /// Starts a service and waits until it reads its queues.
    pub(super) async fn start<States>(&self, service: Service<States>) -> Verdict<Running> {
        let running = service
            .start_as_told()
            .await
            .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
        self.will_remove(running.topology());
        timeout(PATIENCE, running.ready())
            .await
            .map_err(|_| Failure::new(format!("the service is not ready: {:?}", running.health())))?;
        Ok(running)
    }

    /// A queue that takes every event of `pattern` from the bus; its name.
    pub(super) async fn tap(&self, pattern: &str) -> Verdict<String> {
        let queue = self.name("tap");
        let topology = Topology {
            exchanges: vec![Exchange {
                name: self.names.bus.clone(),
                kind: ExchangeKind::Topic,
                alternate: None,
            }],
            queues: vec![Queue {
                name: queue.clone(),
                delivery_limit: 50,
                single_active: false,
                dead_letter: None,
                message_ttl: None,
            }],
            bindings: vec![Binding {
                source: self.names.bus.clone(),
                destination: Destination::Queue(queue.clone()),
                key: pattern.into(),
            }],
            ..Topology::default()
        };
        self.make(&topology).await?;
        Ok(queue)
    }
}

/// Publishes `Placed` events with the numbers `of`, in order; their ids.
pub(super) async fn place(service: &Running, of: impl IntoIterator<Item = u32>) -> Verdict<Vec<EventId>> {
    let events: Vec<_> = of.into_iter().map(|n| Placed { n }).collect();
    let events = events.iter().map(|event| (EventId::new(), event));
    let answers = service.publisher().publish_all(events).await;
    Ok(answers.into_iter().collect::<Result<_, _>>()?)
}

/// The dead letters of `handler`, once there are `count` of them.
pub(super) async fn letters(service: &Running, handler: &str, count: usize) -> Verdict<Vec<DeadLetter>> {
    let started = Instant::now();
    let failure = |error: crate::Error| Failure::new(format!("cannot read dead letters: {error}"));
    while service.dead_letters().count(handler).await.map_err(failure)? < count as u64 {
        if started.elapsed() > PATIENCE {
            let found = service.dead_letters().count(handler).await.map_err(failure)?;
            return Err(Failure::new(format!("{found} dead letters, should be {count}")));
        }
        sleep(Duration::from_millis(20)).await;
    }
    let letters = service.dead_letters().list(handler).await.map_err(failure)?;
    if letters.len() == count {
        Ok(letters)
    } else {
        Err(Failure::new(format!(
            "{} dead letters, should be {count}",
            letters.len()
        )))
    }
}

/// Lets nothing run any more: everything published is handled, and every ack sent.
pub(super) async fn stop(service: Running) -> Verdict {
    timeout(PATIENCE, service.idle())
        .await
        .map_err(|_| Failure::new("the service does not come to rest"))?;
    match timeout(PATIENCE, service.shutdown()).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new("the shutdown broke handlers off")),
        Err(_) => Err(Failure::new("the shutdown does not end")),
    }
}

/// A connection of the lab, which a service that shuts down does not close.
#[derive(Debug)]
struct Borrowed(Arc<dyn Transport>);

#[async_trait]
impl Transport for Borrowed {
    fn describe(&self) -> String {
        self.0.describe()
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>> {
        self.0.publish(messages).await
    }

    async fn consume(&self, queue: &str, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        self.0.consume(queue, prefetch).await
    }

    async fn read(&self, archive: &str, start: Start, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        self.0.read(archive, start, prefetch).await
    }

    async fn plan(&self, topology: &Topology) -> Result<Plan, TransportError> {
        self.0.plan(topology).await
    }

    async fn apply(&self, topology: &Topology) -> Result<Plan, TransportError> {
        self.0.apply(topology).await
    }

    async fn cut(&self, exchange: &str) -> Result<(), TransportError> {
        self.0.cut(exchange).await
    }

    async fn remove(&self, topology: &Topology) -> Result<(), TransportError> {
        self.0.remove(topology).await
    }

    async fn depth(&self, queue: &str) -> Result<u64, TransportError> {
        self.0.depth(queue).await
    }

    async fn readers(&self, queue: &str) -> Result<u64, TransportError> {
        self.0.readers(queue).await
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.0.health()
    }

    async fn close(&self) {}
}
