//! A bus and a queue of the test's own.

use event_runtime::message::{Message, Outgoing};
use event_runtime::topology::{Binding, Destination, Exchange, ExchangeKind, Queue, Topology};
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_runtime::transport::{Delivery, Session, Transport};
use event_tests::{require_broker, unique};
use futures_util::future::poll_fn;
use std::time::Duration;
use tokio::time::timeout;

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Scene {
    pub(crate) rabbit: RabbitMq,
    pub(crate) bus: String,
    pub(crate) queue: String,
    pub(crate) topology: Topology,
}

impl Scene {
    /// One topic exchange, and one queue behind `order.*`.
    pub(crate) async fn new() -> Self {
        Self::at(&require_broker().await, |options| options).await
    }

    /// On the broker at `url`, with other options.
    pub(crate) async fn at(url: &str, change: impl FnOnce(RabbitOptions) -> RabbitOptions) -> Self {
        let options = RabbitOptions::parse(url)
            .unwrap()
            .settle(Duration::ZERO)
            .name("event-tests");
        let options = change(options);
        let (bus, queue) = (unique("bus"), unique("queue"));
        let topology = Topology {
            exchanges: vec![Exchange {
                name: bus.clone(),
                kind: ExchangeKind::Topic,
                alternate: None,
            }],
            queues: vec![plain_queue(&queue)],
            bindings: vec![Binding {
                source: bus.clone(),
                destination: Destination::Queue(queue.clone()),
                key: "order.*".into(),
            }],
            ..Topology::default()
        };
        let rabbit = RabbitMq::new(options);
        rabbit.apply(&topology).await.unwrap();
        Self {
            rabbit,
            bus,
            queue,
            topology,
        }
    }

    pub(crate) fn message(&self, routing_key: &str, id: &str) -> Outgoing {
        Outgoing {
            exchange: self.bus.clone(),
            routing_key: routing_key.into(),
            message: Message {
                headers: [(":message_id", id), ("cloudEvents_source", "tests")]
                    .into_iter()
                    .collect(),
                body: id.as_bytes().to_vec().into(),
            },
        }
    }

    /// Publishes `count` messages that reach the queue, with the ids `0`, `1`, ...
    pub(crate) async fn fill(&self, count: usize) {
        let messages = (0..count).map(|id| self.message("order.placed", &id.to_string()));
        let answers = self.rabbit.publish(messages.collect()).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }

    pub(crate) async fn read(&self, prefetch: u16) -> Box<dyn Session> {
        self.rabbit.consume(&self.queue, prefetch).await.unwrap()
    }

    pub(crate) async fn finish(self) {
        self.rabbit.remove(&self.topology).await.unwrap();
        self.rabbit.close().await;
    }
}

pub(crate) fn plain_queue(name: &str) -> Queue {
    Queue {
        name: name.into(),
        delivery_limit: 50,
        single_active: false,
        dead_letter: None,
        message_ttl: None,
    }
}

/// The next delivery; `None` when the session is over.
pub(crate) async fn next(session: &mut dyn Session) -> Option<Delivery> {
    timeout(PATIENCE, poll_fn(|cx| session.poll_next(cx)))
        .await
        .expect("a delivery")
}

pub(crate) async fn flush(session: &mut dyn Session) {
    poll_fn(|cx| session.poll_flush(cx)).await.unwrap();
}

pub(crate) fn id(delivery: &Delivery) -> &str {
    delivery.message.headers.get(":message_id").unwrap()
}
