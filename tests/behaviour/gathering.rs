use super::events::{Paid, Placed, placed};
use super::stage::{SOON, Seen, Stage, counts, letters, reaches};
use event_runtime::EventId;
use event_runtime::prelude::*;
use event_tests::eventually;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

on_both!(
    batches_full_and_by_time,
    one_bad_event_in_a_batch,
    no_more_than_the_rate,
    as_many_at_a_time_as_said,
);

#[handler(batch(max = 5, within = "30s"))]
async fn by_number(orders: Batch<Placed>, seen: State<Seen<Vec<u32>>>) {
    seen.push(orders.iter().map(|order| order.order).collect());
}

#[handler(batch(max = 100, within = "300ms"))]
async fn by_time(orders: Batch<Paid>, seen: State<Seen<Vec<u32>>>) {
    seen.push(orders.iter().map(|order| order.order).collect());
}

async fn batches_full_and_by_time(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.service().state(seen.clone());
    let service = stage.start(service.handle::<by_number>().handle::<by_time>()).await;
    for order in 0..12 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    seen.reaches(2).await;
    assert_eq!(seen.all(), [(0..5).collect::<Vec<_>>(), (5..10).collect()]);
    let paid: Vec<_> = (0..3).map(|order| Paid { order }).collect();
    let paid = paid.iter().map(|event| (EventId::new(), event));
    assert!(service.publisher().publish_all(paid).await.iter().all(Result::is_ok));
    seen.reaches(3).await;
    assert_eq!(seen.all()[2], [0, 1, 2]);
    reaches(&service, "by_time", "three events", |counts| counts.handled == 3).await;
    // Two are held for a batch that is not full: they are given back.
    service.shutdown().await;
    let wire = stage.connect();
    let queue = stage.names().queue("by_number");
    eventually(SOON, "the two that were held", async || {
        wire.depth(&queue).await == Ok(2)
    })
    .await;
    wire.close().await;
}

#[handler(batch(max = 6, within = "30s"), retry(attempts = 2, from = "1ms", to = "1ms"))]
async fn picky(orders: Batch<Placed>, seen: State<Seen<Vec<u32>>>) -> Result<(), BoxError> {
    let orders: Vec<_> = orders.iter().map(|order| order.order).collect();
    seen.push(orders.clone());
    if orders.contains(&2) {
        Err("two is too much")?
    } else {
        Ok(())
    }
}

/// A bad event, one that cannot be read and one of an unknown version do not take the other four with them.
async fn one_bad_event_in_a_batch(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<picky>()).await;
    let publisher = service.publisher();
    for order in 0..4 {
        publisher.publish(&placed(order)).await.unwrap();
    }
    publisher
        .publish_raw(&EventId::new(), "order.placed.v1", None, "{")
        .await
        .unwrap();
    publisher
        .publish_raw(&EventId::new(), "order.placed.v9", None, "{}")
        .await
        .unwrap();
    let mut found: Vec<_> = letters(&service, "picky", 3)
        .await
        .into_iter()
        .map(|dead| (dead.reason, dead.attempts))
        .collect();
    found.sort();
    let expected = [("exhausted", 2), ("malformed", 0), ("unknown_contract", 0)];
    assert_eq!(found, expected.map(|(reason, attempts)| (reason.to_owned(), attempts)));
    reaches(&service, "picky", "the good ones", |counts| counts.handled == 3).await;
    for order in [0, 1, 3] {
        assert_eq!(
            seen.all().iter().filter(|orders| **orders == [order]).count(),
            1,
            "{:?}",
            seen.all()
        );
    }
    assert_eq!(counts(&service, "picky").sessions, 1);
    service.shutdown().await;
}

#[handler(rate = "20/s")]
async fn slowly(_: Placed, seen: State<Seen<Instant>>) {
    seen.push(Instant::now());
}

async fn no_more_than_the_rate(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<slowly>())
        .await;
    let orders: Vec<_> = (0..45).map(placed).collect();
    let orders = orders.iter().map(|event| (EventId::new(), event));
    assert!(service.publisher().publish_all(orders).await.iter().all(Result::is_ok));
    seen.reaches(45).await;
    let starts = seen.all();
    // 45 at 20 per second, the first two or three at once.
    assert!(
        starts[44] - starts[0] >= Duration::from_secs(2),
        "{:?}",
        starts[44] - starts[0]
    );
    for (at, start) in starts.iter().enumerate() {
        let within = starts[at..]
            .iter()
            .filter(|other| **other - *start < Duration::from_secs(1))
            .count();
        assert!(within <= 25, "{within} in the second from start {at}");
    }
    service.shutdown().await;
}

#[derive(Clone)]
struct Gate {
    open: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

#[handler(concurrency = 7, prefetch = 10)]
async fn seven(_: Placed, gate: State<Gate>) {
    let inside = gate.inside.fetch_add(1, SeqCst) + 1;
    gate.most.fetch_max(inside, SeqCst);
    gate.open.acquire().await.unwrap().forget();
    gate.inside.fetch_sub(1, SeqCst);
}

/// Seven run, three wait in process, forty stay with the broker, where others could take them.
async fn as_many_at_a_time_as_said(stage: &Stage) {
    let gate = Gate {
        open: Arc::new(Semaphore::new(0)),
        inside: Arc::default(),
        most: Arc::default(),
    };
    let service = stage.start(stage.service().state(gate.clone()).handle::<seven>()).await;
    let orders: Vec<_> = (0..50).map(placed).collect();
    let orders = orders.iter().map(|event| (EventId::new(), event));
    assert!(service.publisher().publish_all(orders).await.iter().all(Result::is_ok));
    let (wire, queue) = (stage.connect(), stage.names().queue("seven"));
    eventually(SOON, "seven at work, forty in the queue", async || {
        gate.inside.load(SeqCst) == 7 && wire.depth(&queue).await == Ok(40)
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        (gate.inside.load(SeqCst), wire.depth(&queue).await),
        (7, Ok(40)),
        "and it stays so"
    );
    gate.open.add_permits(50);
    reaches(&service, "seven", "all", |counts| counts.handled == 50).await;
    assert_eq!(gate.most.load(SeqCst), 7);
    wire.close().await;
    service.shutdown().await;
}
