//! Fault matrix 18 and 44: what takes longer than the broker, or the end of the process, waits for.

use super::world::{Book, Does, Step, Trouble, publish, steps, works};
use super::yard::{SOON as LONG, Yard};
use crate::behaviour::stage::{Stage, counts, on_broker};
use event_runtime::prelude::*;
use event_runtime::store::memory::MemoryStore;
use event_tests::{PrivateBroker, eventually};
use std::time::Duration;

#[handler(idempotent, ordered_by = "name")]
async fn in_order(step: Step, book: State<Book>) -> Result<(), Trouble> {
    book.act(&step.name, step.number).await
}

#[handler(idempotent, concurrency = 4)]
async fn in_no_order(step: Step, book: State<Book>) -> Result<(), Trouble> {
    book.act(&step.name, step.number).await
}

/// The broker takes back what is unsettled for 3 seconds, and one call takes longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_takes_back_what_lasts_too_long() {
    let broker = PrivateBroker::start().await;
    for setting in ["consumer_timeout, 3000", "channel_tick_interval, 1000"] {
        broker
            .ctl(&["eval", &format!("application:set_env(rabbit, {setting}).")])
            .await;
    }
    on_broker(&broker.url(), async |stage: &Stage| {
        let slow = |name: &str, number: u32, call: u32| match (name, number) {
            ("ada", 2) => Does::Work(Duration::from_secs(7)),
            _ => works(name, number, call),
        };
        let (ordered, unordered) = (Book::new(slow), Book::new(slow));
        let store = MemoryStore::new();
        let first = stage
            .start(
                stage
                    .service()
                    .store(store.clone())
                    .state(ordered.clone())
                    .handle::<in_order>(),
            )
            .await;
        let other = stage
            .named("other")
            .store(store)
            .state(unordered.clone())
            .handle::<in_no_order>();
        let second = stage.start(other).await;
        publish(&first, steps(&["ada", "bob"], 5)).await;
        for (running, handler) in [(&first, "in_order"), (&second, "in_no_order")] {
            eventually(LONG, "all of it, once, in spite of the broker", async || {
                let counts = counts(running, handler);
                counts.handled == 10 && counts.sessions > 1
            })
            .await;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        for (running, handler) in [(&first, "in_order"), (&second, "in_no_order")] {
            let counts = counts(running, handler);
            assert_eq!(
                (counts.handled, counts.dead(), counts.failed),
                (10, 0, 0),
                "{handler}: {counts:?}"
            );
            assert!(counts.duplicates > 0, "{handler}: nothing came again");
        }
        ordered.in_order(&[]);
        for (book, name) in [
            (&ordered, "ada"),
            (&ordered, "bob"),
            (&unordered, "ada"),
            (&unordered, "bob"),
        ] {
            let mut done = book.done(name);
            done.sort_unstable();
            assert_eq!(done, [1, 2, 3, 4, 5], "{name}");
        }
        first.shutdown().await;
        second.shutdown().await;
    })
    .await;
}

/// A process that is asked to stop, and has more to do than it is given time for; or is asked twice.
async fn ends_before_it_is_done(grace: &str, ask_again: bool) {
    let yard = Yard::new().await;
    let (keys, events) = (4, 200);
    let start = |pause: &str| {
        yard.worker()
            .arg("run")
            .env("WORKER_MENDED", "1")
            .env("WORKER_PAUSE_MS", pause)
            .env("EVENT_GRACE_SECONDS", grace)
            .spawn()
    };
    let mut worker = start("2000");
    worker.wait_line("handlers start", LONG).await;
    yard.publish(keys, 0..events).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let asked = std::time::Instant::now();
    worker.sigterm();
    if ask_again {
        tokio::time::sleep(Duration::from_millis(300)).await;
        worker.sigterm();
    }
    worker.wait_exit(LONG).await;
    println!(
        "ended after {:?}, with {} of {events} steps",
        asked.elapsed(),
        yard.count().await
    );
    let mut worker = start("0");
    yard.settled(events).await;
    yard.judge(keys, events).await;
    worker.sigterm();
    assert!(worker.wait_exit(LONG).await.success(), "{}", worker.output());
    yard.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_for_stopping_is_over() {
    ends_before_it_is_done("1", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_twice() {
    ends_before_it_is_done("60", true).await;
}
