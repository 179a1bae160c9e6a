//! What RabbitMQ, and the way to it, do to a service with a store.

use super::world::{Does, Placed, SOON, Script, Trouble, With, World, counts, placed};
use event_runtime::message::{Message, Outgoing};
use event_runtime::prelude::*;
use event_runtime::store::Store;
use event_runtime::transport::Transport as _;
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_runtime::{HandlerSnapshot, Running};
use event_tests::{Mode, Proxy, eventually, require_broker, unique};
use lapin::options::{QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions, QueuePurgeOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A bus of its own on the shared broker, a store, and somebody who publishes.
struct Street {
    url: String,
    bus: String,
    name: String,
    world: World,
    shop: Running,
}

impl Street {
    async fn new() -> Self {
        let url = require_broker().await;
        let word = |prefix| unique(prefix).replace('-', "_");
        let (bus, name) = (word("bus"), word("svc"));
        let shop = Service::new(word("shop")).bus(&bus).transport(rabbit(&url));
        Self {
            shop: shop.publishes::<Placed>().start().await.unwrap(),
            world: World::postgres().await,
            url,
            bus,
            name,
        }
    }

    /// One more process of the service, which reaches the broker at `url`.
    async fn worker(&self, url: &str, script: &Script) -> Running {
        let started = self
            .world
            .start_on(rabbit(url), &self.bus, &self.name, script, With::PayAndSend);
        started.await
    }

    async fn order(&self, orders: std::ops::Range<u32>) {
        let events: Vec<_> = orders.map(|order| (EventId::new(), placed(order))).collect();
        let events = events.iter().map(|(id, event)| (id.clone(), event));
        for answer in self.shop.publisher().publish_all(events).await {
            answer.unwrap();
        }
    }

    /// `count` orders have been paid and sent, each once.
    async fn all_once(&self, count: usize) {
        eventually(SOON, "everything downstream", async || {
            self.world.effects("send").await.len() >= count
        })
        .await;
        for handler in ["pay", "send"] {
            let mut events = self.world.effects(handler).await;
            assert_eq!(events.len(), count, "{handler}");
            events.dedup();
            assert_eq!(events.len(), count, "{handler}: something twice");
        }
    }

    async fn finish(self, workers: impl IntoIterator<Item = Running>) {
        let mut workers = workers.into_iter();
        let last = workers.next().unwrap();
        for worker in workers {
            worker.shutdown().await;
        }
        self.shop.shutdown().await;
        last.remove_topology().await.unwrap();
        last.shutdown().await;
    }
}

/// Notices a dead connection within 2 s.
fn rabbit(url: &str) -> RabbitMq {
    let options = RabbitOptions::parse(url).unwrap().settle(Duration::ZERO);
    RabbitMq::new(options.heartbeat(Duration::from_secs(1)))
}

/// Fault matrix 9: everything arrives at the service, and nothing that it says arrives at the broker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acks_that_get_lost() {
    let street = Street::new().await;
    let proxy = Proxy::start(&street.url);
    let worker = street.worker(&proxy.url(), &Script::work()).await;
    street.order(0..20).await;
    street.all_once(20).await;
    proxy.set(Mode::HoldToServer);
    street.order(20..50).await;
    eventually(SOON, "paid, and not acked", async || {
        street.world.effects("pay").await.len() == 50
    })
    .await;
    proxy.reset_all();
    proxy.set(Mode::Pass);
    street.all_once(50).await;
    eventually(SOON, "all of them again", async || {
        counts(&worker, "pay").duplicates >= 30
    })
    .await;
    let pay = counts(&worker, "pay");
    assert_eq!((pay.handled, pay.failed, pay.dead()), (50, 0, 0), "{pay:?}");
    street.finish([worker]).await;
}

/// Fault matrix 11: one process is cut off from the broker in the middle of its work, not from the database, and another one
/// is given the same events.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_does_not_know_it_is_dead() {
    let street = Street::new().await;
    let proxy = Proxy::start(&street.url);
    // Longer than it takes both sides to notice.
    let script = Script::new(|_, _| Does::Slow(Duration::from_secs(4)));
    let zombie = street.worker(&proxy.url(), &script).await;
    street.order(0..1).await;
    eventually(SOON, "in the middle", async || script.calls() == 1).await;
    let standby = street.worker(&street.url, &script).await;
    proxy.set(Mode::BlackHole);
    // Also what comes of it arrives, while the other one is away.
    street.all_once(1).await;
    assert_eq!(proxy.mode(), Mode::BlackHole);
    street.order(1..3).await;
    street.all_once(3).await;
    let both = [&zombie, &standby].map(|worker| counts(worker, "pay"));
    let sum = |of: fn(&HandlerSnapshot) -> u64| both.iter().map(of).sum::<u64>();
    assert_eq!((sum(|pay| pay.failed), sum(HandlerSnapshot::dead)), (0, 0), "{both:?}");
    proxy.set(Mode::Pass);
    street.finish([standby, zombie]).await;
}

/// A queue that takes `limit` messages of `key` and refuses what is beyond.
async fn narrow(street: &Street, key: &str, limit: u32) -> (Connection, Channel, String) {
    let connection = Connection::connect(&street.url, ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let queue = unique("narrow");
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongUInt(limit));
    arguments.insert("x-overflow".into(), AMQPValue::LongString("reject-publish".into()));
    let name = queue.as_str();
    let declared = channel.queue_declare(name.into(), QueueDeclareOptions::default(), arguments);
    declared.await.unwrap();
    let (bus, none) = (street.bus.as_str(), FieldTable::default());
    let bound = channel.queue_bind(name.into(), bus.into(), key.into(), QueueBindOptions::default(), none);
    bound.await.unwrap();
    (connection, channel, queue)
}

/// Fault matrix 22: what the broker refuses stays in the outbox, says why, and goes out when there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_that_is_full() {
    let street = Street::new().await;
    let (connection, channel, queue) = narrow(&street, "order.paid.*", 3).await;
    let worker = street.worker(&street.url, &Script::work()).await;
    street.order(0..20).await;
    let store: Arc<dyn Store> = street.world.store();
    eventually(SOON, "refused ones", async || {
        store.backlog(&street.name).await.unwrap().quarantined > 0
    })
    .await;
    let refused = store.quarantined(&street.name, 100).await.unwrap();
    assert!(refused.iter().all(|row| row.reason.contains("refused")), "{refused:?}");
    assert_eq!(counts(&worker, "pay").dead(), 0);
    eventually(SOON, "an empty outbox", async || {
        let purge = channel.queue_purge(queue.as_str().into(), QueuePurgeOptions::default());
        purge.await.unwrap();
        store.release(&street.name, None).await.unwrap();
        worker.outbox().wake();
        let backlog = store.backlog(&street.name).await.unwrap();
        backlog.waiting + backlog.quarantined == 0
    })
    .await;
    street.all_once(20).await;
    let delete = channel.queue_delete(queue.as_str().into(), QueueDeleteOptions::default());
    delete.await.unwrap();
    connection.close(200, "".into()).await.unwrap();
    street.finish([worker]).await;
}

type Calls = Arc<Mutex<BTreeMap<u32, Vec<Instant>>>>;

/// Fails the first time, and comes back by way of the delay ladder.
#[handler(idempotent, retry(attempts = 2, from = "3s", to = "3s"))]
async fn second_time(order: Placed, calls: State<Calls>, _tx: &mut Tx<'_, Postgres>) -> Result<(), Trouble> {
    let mut calls = calls.lock().unwrap();
    let calls = calls.entry(order.order).or_default();
    calls.push(Instant::now());
    if calls.len() == 1 { Err(Trouble::Again) } else { Ok(()) }
}

/// Fault matrix 38: what the clock of the publisher says moves no delay, and makes nobody forget.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_are_wrong() {
    let street = Street::new().await;
    let World::Postgres(_, store) = &street.world else {
        unreachable!()
    };
    let calls = Calls::default();
    let service = Service::new(&street.name)
        .bus(&street.bus)
        .transport(rabbit(&street.url));
    let service = service.state(Arc::clone(&calls)).store(store.clone());
    let worker = service.handle::<second_time>().start().await.unwrap();
    worker.ready().await;
    let now = jiff::Timestamp::now();
    let days = [-400, -1, 0, 1, 400];
    let skewed = || {
        (0..).zip(days).map(|(order, days)| {
            let time = now + jiff::SignedDuration::from_hours(24 * days);
            let headers = [
                (":content_type", "application/json".to_owned()),
                ("cloudEvents_specversion", "1.0".to_owned()),
                ("cloudEvents_id", order.to_string()),
                ("cloudEvents_source", "elsewhere".to_owned()),
                ("cloudEvents_type", "order.placed.v1".to_owned()),
                ("cloudEvents_time", time.to_string()),
                (":message_id", order.to_string()),
                (":timestamp", time.as_second().max(0).to_string()),
            ];
            Outgoing {
                exchange: street.bus.clone(),
                routing_key: "order.placed.v1".to_owned(),
                message: Message {
                    headers: headers.iter().map(|(name, value)| (*name, value.as_str())).collect(),
                    body: serde_json::to_vec(&placed(order)).unwrap().into(),
                },
            }
        })
    };
    let elsewhere = rabbit(&street.url);
    let send = async || {
        for answer in elsewhere.publish(skewed().collect()).await {
            answer.unwrap();
        }
    };
    send().await;
    eventually(SOON, "all of them", async || {
        counts(&worker, "second_time").handled == 5
    })
    .await;
    send().await;
    eventually(SOON, "known again", async || {
        counts(&worker, "second_time").duplicates == 5
    })
    .await;
    for (order, calls) in calls.lock().unwrap().iter() {
        let [first, second] = calls[..] else {
            panic!("{order}: {} calls", calls.len())
        };
        let waited = second - first;
        let (least, most) = (Duration::from_secs(1), Duration::from_secs(20));
        assert!((least..most).contains(&waited), "{order} waited {waited:?}");
    }
    elsewhere.close().await;
    street.finish([worker]).await;
}
