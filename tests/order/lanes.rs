use super::world::{Book, Does, Step, Undone, publish, step, steps, stroll, walk, works};
use crate::behaviour::stage::{SOON, Stage, counts, letters, reaches};
use event_runtime::prelude::*;
use event_runtime::transport::memory::MemoryTransport;
use event_tests::eventually;
use std::time::Duration;

on_both!(
    keys_in_order_and_side_by_side,
    an_event_set_is_one_order,
    a_retry_holds_its_key_and_no_other,
    skipping_goes_on_without_the_event,
    an_event_without_a_key_is_refused,
    another_process_takes_over_in_order,
    what_is_published_out_of_order_is_handled_so,
);

const NAMES: [&str; 8] = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"];

async fn keys_in_order_and_side_by_side(stage: &Stage) {
    let book = Book::new(works);
    let service = stage
        .service()
        .state(book.clone())
        .handle::<walk>()
        .publishes::<Undone>();
    let running = stage.start(service).await;
    publish(&running, steps(&NAMES, 40)).await;
    running.idle().await;
    book.in_order(&[]);
    for name in NAMES {
        assert_eq!(book.done(name), (1..=40).collect::<Vec<_>>(), "{name}");
    }
    assert!(book.side_by_side() > 1, "one key after the other");
    running.shutdown().await;
}

async fn an_event_set_is_one_order(stage: &Stage) {
    let book = Book::new(works);
    let running = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    for number in 1..=20 {
        if number % 2 == 0 {
            publish(&running, [step("ada", number)]).await;
        } else {
            let name = "ada".to_owned();
            running.publisher().publish(&Undone { name, number }).await.unwrap();
        }
    }
    running.idle().await;
    assert_eq!(book.done("ada"), (1..=20).collect::<Vec<_>>());
    book.in_order(&[]);
    running.shutdown().await;
}

async fn a_retry_holds_its_key_and_no_other(stage: &Stage) {
    let book = Book::new(|name, number, call| match (name, number, call) {
        ("ada", 2, ..3) => Does::Fail,
        _ => works(name, number, call),
    });
    let running = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    publish(&running, steps(&["ada", "bob"], 10)).await;
    running.idle().await;
    book.in_order(&[]);
    assert_eq!(book.done("ada"), (1..=10).collect::<Vec<_>>());
    assert_eq!(book.done("bob"), (1..=10).collect::<Vec<_>>());
    let counts = counts(&running, "walk");
    assert_eq!((counts.failed, counts.retried, counts.delayed), (2, 2, 0), "in process");
    running.shutdown().await;
}

async fn skipping_goes_on_without_the_event(stage: &Stage) {
    let book = Book::new(|name, number, call| match (name, number) {
        ("ada", 2) => Does::Poison,
        ("bob", 3) => Does::Fail,
        _ => works(name, number, call),
    });
    let running = stage
        .start(stage.service().state(book.clone()).handle::<stroll>())
        .await;
    publish(&running, steps(&["ada", "bob"], 5)).await;
    reaches(&running, "stroll", "two dead letters", |counts| counts.dead() == 2).await;
    running.idle().await;
    book.in_order(&[("ada", 2), ("bob", 3)]);
    assert_eq!(book.done("ada"), [1, 3, 4, 5]);
    assert_eq!(book.done("bob"), [1, 2, 4, 5]);
    let mut reasons: Vec<_> = letters(&running, "stroll", 2)
        .await
        .into_iter()
        .map(|letter| letter.reason)
        .collect();
    reasons.sort();
    assert_eq!(reasons, ["exhausted", "poison"]);
    running.shutdown().await;
}

async fn an_event_without_a_key_is_refused(stage: &Stage) {
    let book = Book::new(works);
    let running = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    let mut keyless = stage.message(
        Step::CONTRACT.type_name,
        &Uuid::now_v7().to_string(),
        r#"{"name":"ada","number":1}"#,
    );
    let mut empty = keyless.clone();
    empty.message.headers.push("cloudEvents_partitionkey", "");
    keyless.message.headers.push("cloudEvents_time", "2026-11-26T04:00:00Z");
    for answer in stage.send(vec![keyless, empty]).await {
        answer.unwrap();
    }
    for letter in letters(&running, "walk", 2).await {
        assert_eq!(letter.reason, "no_key", "{letter:?}");
        assert!(letter.error.contains("this handler needs its key"), "{}", letter.error);
    }
    publish(&running, [step("ada", 1)]).await;
    running.idle().await;
    assert_eq!(book.done("ada"), [1], "the handler goes on");
    running.shutdown().await;
}

/// Fault matrix 33: the order is that of the queue.
async fn what_is_published_out_of_order_is_handled_so(stage: &Stage) {
    let book = Book::new(works);
    let running = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    publish(&running, [3, 1, 2].map(|number| step("ada", number))).await;
    running.idle().await;
    assert_eq!(book.done("ada"), [3, 1, 2]);
    running.shutdown().await;
}

/// What waits in a lane when its session dies is another process's by then: it does not begin.
#[tokio::test(start_paused = true)]
async fn a_dead_session_begins_nothing() {
    let bus = MemoryTransport::new();
    let book = Book::new(|_, number, _| Does::Work(Duration::from_millis(if number == 1 { 500 } else { 1 })));
    let service = || {
        Service::new("walker")
            .transport(bus.clone())
            .state(book.clone())
            .handle::<walk>()
            .publishes::<Step>()
    };
    let one = service().start().await.unwrap();
    publish(&one, steps(&["ada"], 5)).await;
    eventually(SOON, "the first one began", async || book.begun("ada") == [1]).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let two = service().start().await.unwrap();
    two.ready().await;
    // The second process is given all five, while the first one is still busy with the first.
    bus.faults().end_sessions("the network is gone");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(book.begun("ada"), [1, 1, 2, 3, 4, 5]);
    assert_eq!(book.done("ada"), [1, 1, 2, 3, 4, 5]);
    one.shutdown().await;
    two.shutdown().await;
}

/// Two processes on one queue: one works, the other one stands by, and begins where the first one has ended.
async fn another_process_takes_over_in_order(stage: &Stage) {
    let book = Book::new(|_, _, _| Does::Work(Duration::from_millis(10)));
    let one = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    let two = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    publish(&one, steps(&NAMES, 30)).await;
    eventually(SOON, "some are done", async || book.done_in_all() > 30).await;
    assert_eq!(counts(&two, "walk").delivered, 0, "the second one stands by");
    assert!(one.shutdown().await);
    eventually(SOON, "all are done", async || book.done_in_all() >= 240).await;
    two.idle().await;
    book.in_order(&[]);
    // What the broker had not read the ack of came again.
    for name in NAMES {
        let mut done = book.done(name);
        done.dedup();
        assert_eq!(done, (1..=30).collect::<Vec<_>>(), "{name}");
    }
    two.shutdown().await;
}
