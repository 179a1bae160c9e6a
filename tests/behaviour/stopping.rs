use super::events::{Paid, Placed, placed};
use super::stage::{SOON, Seen, Stage, reaches};
use event_runtime::prelude::*;
use event_runtime::topology::{Queue, Topology};
use event_runtime::transport::Health;
use event_tests::eventually;
use std::time::Duration;

on_both!(
    running_calls_finish_and_the_rest_stays,
    what_is_done_is_done_when_the_grace_ends,
    health_names_the_handler,
);

#[handler(concurrency = 4, prefetch = 20)]
async fn half_a_second(order: Placed, begun: State<Seen<u32>>) {
    begun.push(order.order);
    tokio::time::sleep(Duration::from_millis(500)).await;
}

async fn running_calls_finish_and_the_rest_stays(stage: &Stage) {
    let begun = Seen::new();
    let service = stage
        .start(stage.service().state(begun.clone()).handle::<half_a_second>())
        .await;
    for order in 0..20 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    begun.reaches(4).await;
    assert!(service.shutdown().await, "within the grace period");
    let first = begun.all();
    assert!(first.len() < 20, "not all of them");
    let (wire, queue) = (stage.connect(), stage.names().queue("half_a_second"));
    let left = 20 - first.len() as u64;
    eventually(SOON, "the rest in the queue", async || {
        wire.depth(&queue).await == Ok(left)
    })
    .await;
    wire.close().await;
    let service = stage
        .start(stage.service().state(begun.clone()).handle::<half_a_second>())
        .await;
    reaches(&service, "half_a_second", "the rest", |counts| counts.handled == left).await;
    let mut all = begun.all();
    all.sort_unstable();
    assert_eq!(all, (0..20).collect::<Vec<_>>(), "each of them once");
    service.shutdown().await;
}

#[handler(timeout = "1h")]
async fn odd_ones_hang(order: Placed, begun: State<Seen<u32>>) {
    begun.push(order.order);
    if order.order % 2 == 1 {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
}

/// One call that never ends must not make the finished ones come again.
async fn what_is_done_is_done_when_the_grace_ends(stage: &Stage) {
    let begun = Seen::new();
    let service = stage.service().grace(Duration::from_secs(2)).state(begun.clone());
    let service = stage.start(service.handle::<odd_ones_hang>()).await;
    for order in 1..5 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    begun.reaches(4).await;
    assert!(!service.shutdown().await, "two of them hang");
    let again = Seen::new();
    let service = stage
        .start(
            stage
                .service()
                .grace(Duration::ZERO)
                .state(again.clone())
                .handle::<odd_ones_hang>(),
        )
        .await;
    again.reaches(2).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut again = again.all();
    again.sort_unstable();
    assert_eq!(again, [1, 3]);
    service.shutdown().await;
}

#[handler]
async fn broken(_: Placed) {}

#[handler]
async fn sound(_: Paid, seen: State<Seen<u32>>) {
    seen.push(1);
}

async fn health_names_the_handler(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.service().state(seen.clone());
    let service = stage.start(service.handle::<sound>().handle::<broken>()).await;
    eventually(SOON, "up", async || service.health() == Health::Up).await;
    let gone = Topology {
        queues: vec![Queue {
            name: stage.names().queue("broken"),
            delivery_limit: 1,
            single_active: false,
            dead_letter: None,
            message_ttl: None,
        }],
        ..Topology::default()
    };
    let wire = stage.connect();
    wire.remove(&gone).await.unwrap();
    wire.close().await;
    eventually(SOON, "the handler's name", async || {
        matches!(service.health(), Health::Down(why) if why.starts_with("broken: ") && why.contains("topology apply"))
    })
    .await;
    service.publisher().publish(&Paid { order: 1 }).await.unwrap();
    seen.reaches(1).await;
    service.shutdown().await;
}
