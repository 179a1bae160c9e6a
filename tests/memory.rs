//! What only the memory transport has: fault switches, a movable clock, and nothing left behind.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use event_runtime::message::{Headers, Message, Outgoing, property};
use event_runtime::topology::{Binding, DeadLetterTo, Destination, Exchange, ExchangeKind, Ladder, Names, Queue};
use event_runtime::topology::{Route, Topology};
use event_runtime::transport::memory::MemoryTransport;
use event_runtime::transport::{Delivery, Health, PublishError, Session, Transport};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

fn message(exchange: &str, key: &str, body: impl Into<Bytes>) -> Outgoing {
    let mut headers = Headers::new();
    headers.push_display(property::MESSAGE_ID, Uuid::now_v7());
    Outgoing {
        exchange: exchange.into(),
        routing_key: key.into(),
        message: Message {
            headers,
            body: body.into(),
        },
    }
}

fn queue(name: &str) -> Queue {
    Queue {
        name: name.into(),
        delivery_limit: 50,
        single_active: false,
        dead_letter: None,
        message_ttl: None,
    }
}

/// A fanout exchange `in` with one queue `q`.
async fn bus() -> MemoryTransport {
    let bus = MemoryTransport::new();
    let topology = Topology {
        exchanges: vec![Exchange {
            name: "in".into(),
            kind: ExchangeKind::Fanout,
            alternate: None,
        }],
        queues: vec![queue("q")],
        bindings: vec![Binding {
            source: "in".into(),
            destination: Destination::Queue("q".into()),
            key: String::new(),
        }],
        ..Topology::default()
    };
    bus.apply(&topology).await.unwrap();
    bus
}

async fn send(bus: &MemoryTransport, body: &str) -> Result<(), PublishError> {
    let body = body.as_bytes().to_vec();
    bus.publish(vec![message("in", "", body)]).await.remove(0)
}

async fn next(session: &mut Box<dyn Session>) -> Option<Delivery> {
    poll_fn(|cx| session.poll_next(cx)).await
}

#[tokio::test]
async fn a_blocked_bus_refuses_and_goes_on_delivering() {
    let bus = bus().await;
    let mut health = bus.health();
    send(&bus, "before").await.unwrap();
    bus.faults().block("disk alarm");
    assert_eq!(
        send(&bus, "refused").await,
        Err(PublishError::Blocked("disk alarm".into()))
    );
    health.changed().await.unwrap();
    assert_eq!(*health.borrow_and_update(), Health::Blocked("disk alarm".into()));
    assert_eq!(
        *bus.clone().health().borrow(),
        Health::Blocked("disk alarm".into()),
        "a connection made now hears of it too"
    );
    let mut session = bus.consume("q", 10).await.unwrap();
    assert_eq!(next(&mut session).await.unwrap().message.body, "before");
    bus.faults().unblock();
    health.changed().await.unwrap();
    assert_eq!(*health.borrow(), Health::Up);
    send(&bus, "after").await.unwrap();
    assert_eq!(next(&mut session).await.unwrap().message.body, "after");
}

#[tokio::test]
async fn a_lost_confirm_is_unknown_and_stored() {
    let bus = bus().await;
    bus.faults().lose_confirms(1);
    let answers = bus.publish(vec![message("in", "", "1"), message("in", "", "2")]).await;
    assert!(matches!(answers[0], Err(PublishError::Unknown { .. })), "{answers:?}");
    assert_eq!(answers[1], Ok(()));
    assert_eq!(bus.depth("q").await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_delayed_confirm_is_stored_at_once() {
    let bus = bus().await;
    bus.faults().delay_confirms(Duration::from_secs(5));
    let started = Instant::now();
    let publishing = tokio::spawn({
        let bus = bus.clone();
        async move { send(&bus, "slow").await }
    });
    let mut session = bus.consume("q", 10).await.unwrap();
    assert_eq!(next(&mut session).await.unwrap().message.body, "slow");
    assert!(started.elapsed() < Duration::from_secs(1));
    publishing.await.unwrap().unwrap();
    assert!(started.elapsed() >= Duration::from_secs(5));
}

#[tokio::test]
async fn ended_sessions_say_why_and_give_back_in_order() {
    let bus = bus().await;
    let mut session = bus.consume("q", 10).await.unwrap();
    for body in ["1", "2", "3"] {
        send(&bus, body).await.unwrap();
    }
    let first = next(&mut session).await.unwrap();
    session.ack(first.tag, false);
    bus.faults().end_sessions("cable pulled");
    assert!(!session.usable());
    assert!(
        poll_fn(|cx| session.poll_flush(cx)).await.is_err(),
        "the ack came too late"
    );
    assert!(next(&mut session).await.is_none(), "2 and 3 had not been handed out");
    assert_eq!(session.end().as_deref(), Some("cable pulled"));
    let mut again = bus.consume("q", 10).await.unwrap();
    for body in ["1", "2", "3"] {
        let delivery = next(&mut again).await.unwrap();
        assert_eq!((&delivery.message.body[..], delivery.returns), (body.as_bytes(), 1));
    }
}

#[tokio::test]
async fn a_wrong_tag_ends_the_session() {
    let bus = bus().await;
    send(&bus, "1").await.unwrap();
    let mut session = bus.consume("q", 10).await.unwrap();
    let tag = next(&mut session).await.unwrap().tag;
    session.ack(tag + 1, true);
    assert!(poll_fn(|cx| session.poll_flush(cx)).await.is_err());
    assert_eq!(session.end().as_deref(), Some("unknown delivery tag 2"));
    assert_eq!(bus.depth("q").await, Ok(1), "what it held went back");
}

#[tokio::test(start_paused = true)]
async fn the_clock_moves_delays() {
    let bus = MemoryTransport::new();
    let names = Names::new("events", "orders");
    let route = Route::new("h", Vec::new());
    bus.apply(&Topology::of_service(&names, &[route], &[])).await.unwrap();
    let hours = Ladder::routing_key(Duration::from_secs(4 * 3600), "h");
    let top = names.delay(Ladder::LEVELS - 1);
    bus.publish(vec![message(&top, &hours, "late")])
        .await
        .remove(0)
        .unwrap();
    let mut session = bus.consume(&names.queue("h"), 1).await.unwrap();
    let early = timeout(Duration::from_secs(4 * 3600 - 1), next(&mut session)).await;
    assert!(early.is_err(), "{early:?}");
    let late = timeout(Duration::from_secs(2), next(&mut session)).await;
    assert_eq!(late.unwrap().unwrap().message.body, "late");
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_nothing_takes_waits_for_a_binding() {
    let bus = bus().await;
    let mut topology = Topology {
        exchanges: vec![Exchange {
            name: "dlx".into(),
            kind: ExchangeKind::Direct,
            alternate: None,
        }],
        ..Topology::default()
    };
    let mut late = queue("late");
    late.message_ttl = Some(Duration::from_millis(100));
    late.dead_letter = Some(DeadLetterTo {
        exchange: "dlx".into(),
        routing_key: Some("h".into()),
    });
    topology.queues.push(late);
    topology.bindings.push(Binding {
        source: "in".into(),
        destination: Destination::Queue("late".into()),
        key: String::new(),
    });
    bus.apply(&topology).await.unwrap();
    send(&bus, "kept").await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bus.depth("late").await, Ok(0));
    topology.queues.push(queue("dlq"));
    topology.bindings.push(Binding {
        source: "dlx".into(),
        destination: Destination::Queue("dlq".into()),
        key: "h".into(),
    });
    bus.apply(&topology).await.unwrap();
    assert_eq!(bus.depth("dlq").await, Ok(1));
}

/// Counts the bodies that are alive.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn body(alive: &Arc<AtomicUsize>) -> Bytes {
        alive.fetch_add(1, Ordering::Relaxed);
        Bytes::from_owner(Self(Arc::clone(alive)))
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        b"counted"
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_bus_that_nobody_uses_leaves_nothing_behind() {
    let alive = Arc::new(AtomicUsize::new(0));
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    {
        let bus = MemoryTransport::new();
        let names = Names::new("events", "orders");
        let route = Route::new("h", Vec::new());
        bus.apply(&Topology::of_service(&names, &[route], &[])).await.unwrap();
        let top = names.delay(Ladder::LEVELS - 1);
        for hours in 1..=4 {
            let key = Ladder::routing_key(Duration::from_secs(hours * 3600), "h");
            bus.publish(vec![message(&top, &key, Counted::body(&alive))])
                .await
                .remove(0)
                .unwrap();
        }
        let direct = message(&names.inlet(), "h", Counted::body(&alive));
        bus.publish(vec![direct]).await.remove(0).unwrap();
        let mut session = bus.consume(&names.queue("h"), 1).await.unwrap();
        next(&mut session).await.unwrap();
        assert!(tasks() > 0, "timers run");
    }
    // Aborted timers end at their next turn.
    while tasks() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_was_acked_is_freed() {
    let bus = bus().await;
    let alive = Arc::new(AtomicUsize::new(0));
    let mut session = bus.consume("q", 100).await.unwrap();
    for _ in 0..1000 {
        bus.publish(vec![message("in", "", Counted::body(&alive))])
            .await
            .remove(0)
            .unwrap();
        let delivery = next(&mut session).await.unwrap();
        session.ack(delivery.tag, false);
        drop(delivery);
        poll_fn(|cx| session.poll_flush(cx)).await.unwrap();
        assert_eq!(alive.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn a_bus_outlives_the_runtime_it_began_in() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let names = Names::new("events", "orders");
    let route = Route::new("h", Vec::new());
    let bus = MemoryTransport::new();
    let key = Ladder::routing_key(Ladder::TICK, "h");
    let top = names.delay(Ladder::LEVELS - 1);
    runtime().block_on(async {
        bus.apply(&Topology::of_service(&names, &[route], &[])).await.unwrap();
        bus.publish(vec![message(&top, &key, "1")]).await.remove(0).unwrap();
    });
    runtime().block_on(async {
        bus.publish(vec![message(&top, &key, "2")]).await.remove(0).unwrap();
        let mut session = bus.consume(&names.queue("h"), 10).await.unwrap();
        for body in ["1", "2"] {
            let delivery = timeout(Duration::from_secs(5), next(&mut session)).await.unwrap();
            assert_eq!(delivery.unwrap().message.body, body);
        }
    });
}
