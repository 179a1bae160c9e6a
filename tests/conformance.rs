//! Every transport against the public conformance suite.

use async_trait::async_trait;
use event_runtime::message::Outgoing;
use event_runtime::testing::conformance;
use event_runtime::topology::{Plan, Topology};
use event_runtime::transport::memory::MemoryTransport;
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_runtime::transport::{Health, PublishError, Session, Start, Transport, TransportError};
use event_tests::PrivateBroker;
use std::time::Duration;
use tokio::sync::watch;

async fn passes<T: Transport>(connect: impl AsyncFn() -> T) {
    let report = conformance::run(connect).await;
    println!("{report}");
    assert!(report.passed(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory() {
    let bus = MemoryTransport::new();
    passes(async || bus.clone()).await;
}

#[tokio::test(start_paused = true)]
async fn memory_on_a_clock_of_its_own() {
    let bus = MemoryTransport::new();
    passes(async || bus.clone()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rabbitmq() {
    // One that can spread keys over partitions.
    let broker = PrivateBroker::start_with("", &["rabbitmq_consistent_hash_exchange"]).await;
    // Nobody kills this broker: new queues need no time to settle.
    let options = RabbitOptions::parse(&broker.url()).unwrap().settle(Duration::ZERO);
    passes(async || RabbitMq::new(options.clone())).await;
}

/// A suite that nothing fails proves nothing.
#[tokio::test(start_paused = true)]
async fn a_broken_transport_does_not_pass() {
    let bus = MemoryTransport::new();
    let report = conformance::run(async || Broken(bus.clone())).await;
    let failed = report.outcomes().iter().filter(|outcome| outcome.failure().is_some());
    let failed: Vec<_> = failed.map(|outcome| outcome.check().name()).collect();
    assert_eq!(
        failed,
        [
            "direct_keys",
            "unroutable_is_exact",
            "missing_exchange",
            "cut_off",
            "bound_later",
            "unrouted"
        ],
        "{report}"
    );
}

/// Calls every message stored that it sent, also those that nothing took.
#[derive(Debug)]
struct Broken(MemoryTransport);

#[async_trait]
impl Transport for Broken {
    async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>> {
        let answers = self.0.publish(messages).await.into_iter();
        let lie = |answer| match answer {
            Err(PublishError::Unroutable { .. }) => Ok(()),
            other => other,
        };
        answers.map(lie).collect()
    }

    fn describe(&self) -> String {
        self.0.describe()
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

    async fn remove(&self, topology: &Topology) -> Result<(), TransportError> {
        self.0.remove(topology).await
    }

    async fn cut(&self, exchange: &str) -> Result<(), TransportError> {
        self.0.cut(exchange).await
    }

    async fn depth(&self, queue: &str) -> Result<u64, TransportError> {
        self.0.depth(queue).await
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.0.health()
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
