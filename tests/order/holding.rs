//! A key whose event has failed for good is held: its later events line up in the store, other keys go on, and a replay
//! handles the line in its order.

use super::keeping::Keeping;
use super::world::{Book, Does, publish, step, steps, works};
use crate::behaviour::stage::{SOON, Stage, counts, letters, reaches};
use event_runtime::Running;
use event_runtime::prelude::*;
use event_runtime::transport::Health;
use event_tests::eventually;

on_stores!(
    a_key_is_held_and_released_in_order,
    the_hold_outlives_the_process,
    a_replay_that_fails_keeps_the_line,
    the_first_of_a_line_can_be_given_up,
    a_canary_behind_a_held_key_is_not_handled,
    a_malformed_event_holds_its_key,
    what_waits_is_not_processed,
    a_full_line_stops_the_handler,
    too_many_held_keys_stop_the_handler,
);

fn poison(name: &'static str, number: u32) -> impl Fn(&str, u32, u32) -> Does + Send + Sync + 'static {
    move |of, at, call| match (of, at) == (name, number) {
        true => Does::Poison,
        false => works(of, at, call),
    }
}

/// Waits until the line of a key has so many events.
async fn lined_up(running: &Running, key: &str, events: usize) {
    let held = running.held();
    eventually(SOON, "events in the line", async || {
        held.line("keep", key).await.is_ok_and(|line| line.len() >= events)
    })
    .await;
}

fn up_to(last: u32) -> Vec<u32> {
    (1..=last).collect()
}

async fn a_key_is_held_and_released_in_order(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(poison("ada", 3));
    let running = keeping.keep(stage, &book).await;
    publish(&running, steps(&["ada", "bob"], 8)).await;
    running.idle().await;
    assert_eq!(keeping.written("ada").await, [1, 2]);
    assert_eq!(keeping.written("bob").await, up_to(8), "other keys go on");
    let counted = counts(&running, "keep");
    assert_eq!((counted.handled, counted.held, counted.dead()), (10, 6, 0));

    let held = running.held();
    let keys = held.keys("keep").await.unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!((keys[0].key.as_str(), keys[0].events), ("ada", 6));
    assert_eq!(keys[0].reason.as_deref(), Some("poison"));
    assert_eq!(keys[0].event_id, Some(EventId::derived("steps", "ada/3").to_string()));
    let count = held.count("keep").await.unwrap();
    assert_eq!((count.keys, count.events), (1, 6));
    let line = held.line("keep", "ada").await.unwrap();
    assert_eq!(line[0].event.error, "not ever");
    assert_eq!((line[0].event.attempts, line[0].event.history.len()), (1, 1));
    assert!(line[1..].iter().all(|lined| lined.reason.is_none()), "{line:#?}");

    let again = book.told(works);
    running.shutdown().await;
    let running = keeping.keep(stage, &again).await;
    let drained = running.held().replay("keep", "ada").await.unwrap();
    assert_eq!(
        (drained.handled, drained.skipped, drained.released),
        (6, 0, true),
        "{drained:?}"
    );
    assert_eq!(keeping.written("ada").await, up_to(8));
    publish(&running, [step("ada", 9)]).await;
    running.idle().await;
    assert_eq!(keeping.written("ada").await, up_to(9), "the key goes on");
    again.in_order(&[]);
    let count = running.held().count("keep").await.unwrap();
    assert_eq!((count.keys, count.events), (0, 0));
    let refused = running.held().replay("keep", "ada").await.unwrap_err().to_string();
    assert!(refused.contains("does not hold this key"), "{refused}");
    running.shutdown().await;
}

async fn the_hold_outlives_the_process(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(poison("ada", 1));
    let running = keeping.keep(stage, &book).await;
    publish(&running, [step("ada", 1), step("ada", 2)]).await;
    running.idle().await;
    running.shutdown().await;
    // Nothing is wrong any more, and still nothing may overtake.
    let book = book.told(works);
    let running = keeping.keep(stage, &book).await;
    publish(&running, [step("ada", 3), step("bob", 1)]).await;
    running.idle().await;
    assert_eq!(keeping.written("ada").await, up_to(0));
    assert_eq!(keeping.written("bob").await, [1]);
    lined_up(&running, "ada", 3).await;
    // A copy of one that waits is none.
    publish(&running, [step("ada", 2)]).await;
    running.idle().await;
    assert_eq!(counts(&running, "keep").duplicates, 1);
    assert_eq!(running.held().replay("keep", "ada").await.unwrap().handled, 3);
    assert_eq!(keeping.written("ada").await, up_to(3));
    running.shutdown().await;
}

async fn a_replay_that_fails_keeps_the_line(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(|name, number, call| match (name, number, call) {
        ("ada", 2, ..=3) => Does::Fail,
        ("ada", 2, 4) => Does::Fail,
        ("ada", 4, _) => Does::Poison,
        _ => works(name, number, call),
    });
    let running = keeping.keep(stage, &book).await;
    publish(&running, steps(&["ada"], 5)).await;
    running.idle().await;
    assert_eq!(keeping.written("ada").await, [1]);
    lined_up(&running, "ada", 4).await;
    let first = running.held().line("keep", "ada").await.unwrap().swap_remove(0);
    assert_eq!((first.reason.as_deref(), first.event.attempts), (Some("exhausted"), 3));
    // The second one works at its second attempt in the replay; the fourth one does not.
    let drained = running.held().replay("keep", "ada").await.unwrap();
    assert_eq!((drained.handled, drained.released), (2, false), "{drained:?}");
    let failed = drained.failed.unwrap();
    assert_eq!((failed.reason.as_str(), failed.error.as_str()), ("poison", "not ever"));
    assert_eq!(failed.event_id, EventId::derived("steps", "ada/4").to_string());
    assert_eq!(keeping.written("ada").await, up_to(3));
    let line = running.held().line("keep", "ada").await.unwrap();
    assert_eq!(line.len(), 2, "the line is kept");
    assert_eq!(
        (line[0].reason.as_deref(), line[0].event.history.len()),
        (Some("poison"), 1)
    );
    running.shutdown().await;
}

async fn the_first_of_a_line_can_be_given_up(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(poison("ada", 1));
    let running = keeping.keep(stage, &book).await;
    publish(&running, steps(&["ada"], 3)).await;
    running.idle().await;
    lined_up(&running, "ada", 3).await;
    let skipped = running.held().skip("keep", "ada").await.unwrap();
    assert_eq!(skipped, Some(EventId::derived("steps", "ada/1").to_string()));
    let letters = letters(&running, "keep", 1).await;
    assert_eq!((letters[0].reason.as_str(), letters[0].attempts), ("poison", 1));
    assert!(running.held().replay("keep", "ada").await.unwrap().released);
    assert_eq!(keeping.written("ada").await, [2, 3]);
    running.shutdown().await;
    // As a dead letter it can be replayed: it has had no effect yet.
    let running = keeping.keep(stage, &book.told(works)).await;
    let replayed = running
        .dead_letters()
        .replay("keep", &event_runtime::Select::all(), |_| {})
        .await
        .unwrap();
    assert_eq!(replayed.sent, 1);
    running.idle().await;
    assert_eq!(keeping.written("ada").await, [2, 3, 1]);
    running.shutdown().await;
    // Without the last one of its line a key is not held.
    let running = keeping.keep(stage, &book.told(poison("ada", 4))).await;
    publish(&running, [step("ada", 4)]).await;
    running.idle().await;
    lined_up(&running, "ada", 1).await;
    running.held().skip("keep", "ada").await.unwrap();
    assert_eq!(running.held().keys("keep").await.unwrap(), []);
    publish(&running, [step("ada", 5)]).await;
    running.idle().await;
    assert_eq!(keeping.written("ada").await, [2, 3, 1, 5]);
    running.shutdown().await;
}

async fn a_canary_behind_a_held_key_is_not_handled(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(poison("ada", 1));
    let running = keeping.keep(stage, &book).await;
    publish(&running, steps(&["ada"], 3)).await;
    running.idle().await;
    lined_up(&running, "ada", 3).await;
    running.held().skip("keep", "ada").await.unwrap();
    letters(&running, "keep", 1).await;
    let careful = event_runtime::Replay::new().canary(1).canary_within(SOON);
    let dead = running.dead_letters();
    let replayed = dead
        .replay_with("keep", &event_runtime::Select::all(), &careful, |_| {})
        .await
        .unwrap();
    assert_eq!(replayed.sent, 1);
    let why = replayed.stopped.unwrap_or_default();
    assert!(why.contains("wait behind what does: see `held list`"), "{why}");
    lined_up(&running, "ada", 3).await;
    assert_eq!(keeping.written("ada").await, [0; 0]);
    running.shutdown().await;
}

async fn a_malformed_event_holds_its_key(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(works);
    let running = keeping.keep(stage, &book).await;
    publish(&running, [step("ada", 1)]).await;
    let mut malformed = stage.message("step.taken.v1", "malformed", r#"{"name":"ada","number":"two"}"#);
    malformed.message.headers.push("cloudEvents_partitionkey", "ada");
    let mut unknown = stage.message("step.taken.v9", "unknown", r#"{"name":"bob"}"#);
    unknown.message.headers.push("cloudEvents_partitionkey", "bob");
    for answer in stage.send(vec![malformed, unknown]).await {
        answer.unwrap();
    }
    lined_up(&running, "ada", 1).await;
    lined_up(&running, "bob", 1).await;
    publish(&running, [step("ada", 3)]).await;
    running.idle().await;
    lined_up(&running, "ada", 2).await;
    assert_eq!(keeping.written("ada").await, [1]);
    for (key, reason) in [("ada", "malformed"), ("bob", "unknown_contract")] {
        let line = running.held().line("keep", key).await.unwrap();
        assert_eq!(line[0].reason.as_deref(), Some(reason));
        let failed = running.held().replay("keep", key).await.unwrap().failed.unwrap();
        assert_eq!(failed.reason, reason);
    }
    assert_eq!(counts(&running, "keep").dead(), 0);
    running.shutdown().await;
}

async fn what_waits_is_not_processed(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(poison("ada", 1));
    let running = keeping.keep(stage, &book).await;
    publish(&running, steps(&["ada"], 2)).await;
    running.idle().await;
    lined_up(&running, "ada", 2).await;
    let store: std::sync::Arc<dyn event_runtime::store::Store> = match keeping {
        Keeping::Memory(store) => std::sync::Arc::new(store.clone()),
        Keeping::Sqlite(_, store) => std::sync::Arc::new(store.clone()),
        Keeping::Postgres(_, store) => std::sync::Arc::new(store.clone()),
    };
    let inbox = format!("{}.keep", stage.name);
    let ids = [1, 2].map(|number| EventId::derived("steps", &format!("ada/{number}")).to_string());
    assert_eq!(store.seen(&inbox, &ids).await.unwrap(), [false, false]);
    running.held().skip("keep", "ada").await.unwrap();
    running.held().replay("keep", "ada").await.unwrap();
    assert_eq!(
        store.seen(&inbox, &ids).await.unwrap(),
        [false, true],
        "the first one is a dead letter"
    );
    running.shutdown().await;
}

/// Not ready, with this in the reason.
async fn stopped(running: &Running, because: &str) {
    eventually(SOON, "not ready, and why", async || match running.health() {
        Health::Down(why) => why.contains("keep: stopped") && why.contains(because),
        _ => false,
    })
    .await;
}

async fn a_full_line_stops_the_handler(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(poison("ada", 1));
    let running = keeping.keep_at_most(stage, &book, 10, 3).await;
    for number in 1..=5 {
        publish(&running, [step("ada", number)]).await;
    }
    stopped(&running, "3 events wait in the line of one held key").await;
    // What was to be lined up together was lined up or not together.
    let line = running.held().line("keep", "ada").await.unwrap().len();
    assert!((1..=3).contains(&line), "{line}");
    running.shutdown().await;
    // With more room nothing is missing.
    let book = book.told(works);
    let running = keeping.keep_at_most(stage, &book, 10, 100).await;
    lined_up(&running, "ada", 5).await;
    running.idle().await;
    assert!(running.held().replay("keep", "ada").await.unwrap().released);
    assert_eq!(keeping.written("ada").await, up_to(5));
    running.shutdown().await;
}

async fn too_many_held_keys_stop_the_handler(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(|_, _, _| Does::Poison);
    let running = keeping.keep_at_most(stage, &book, 2, 100).await;
    publish(&running, steps(&["ada"], 1)).await;
    publish(&running, steps(&["bob"], 1)).await;
    reaches(&running, "keep", "two held keys", |counts| counts.held == 2).await;
    publish(&running, steps(&["cyd"], 1)).await;
    stopped(&running, "2 keys are held").await;
    let count = running.held().count("keep").await.unwrap();
    assert_eq!((count.keys, count.events), (2, 2));
    running.shutdown().await;
    let running = keeping.keep(stage, &book.told(works)).await;
    running.idle().await;
    assert_eq!(keeping.written("cyd").await, [1], "it was kept on the broker");
    for key in ["ada", "bob"] {
        assert!(running.held().replay("keep", key).await.unwrap().released);
        assert_eq!(keeping.written(key).await, [1]);
    }
    running.shutdown().await;
}
