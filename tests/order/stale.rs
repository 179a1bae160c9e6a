//! `stale = "skip"`: what is not newer than what was handled of its key is skipped.

use super::keeping::Keeping;
use super::world::{Book, Does, publish, step, works};
use crate::behaviour::stage::{Stage, counts, letters};

on_stores!(
    only_newer_events_are_handled,
    one_that_fails_is_not_the_newest,
    an_event_without_a_sequence_is_refused,
);

async fn only_newer_events_are_handled(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(works);
    let running = keeping.newest(stage, &book).await;
    for number in [5, 3, 7, 6] {
        publish(&running, [step("ada", number)]).await;
        running.idle().await;
    }
    assert_eq!(keeping.written("ada").await, [5, 7]);
    assert_eq!(counts(&running, "newest").stale, 2);
    running.shutdown().await;
    // In one transaction, and remembered.
    let running = keeping.newest(stage, &book).await;
    let numbers = [4, 9, 8, 12, 11, 13, 10];
    publish(
        &running,
        numbers
            .map(|number| step("ada", number))
            .into_iter()
            .chain([step("bob", 1)]),
    )
    .await;
    running.idle().await;
    let written = keeping.written("ada").await;
    assert!(
        written.is_sorted() && written.first() == Some(&5) && written.last() == Some(&13),
        "{written:?}"
    );
    assert_eq!(keeping.written("bob").await, [1]);
    let counted = counts(&running, "newest");
    assert_eq!(counted.stale + counted.handled, 8);
    assert!(counted.stale >= 1, "4 is older than what was handled before");
    running.shutdown().await;
}

async fn one_that_fails_is_not_the_newest(stage: &Stage, keeping: &Keeping) {
    let book = Book::new(|name, number, call| match (name, number) {
        ("ada", 9) => Does::Poison,
        _ => works(name, number, call),
    });
    let running = keeping.newest(stage, &book).await;
    publish(&running, [step("ada", 1)]).await;
    running.idle().await;
    publish(&running, [step("ada", 9)]).await;
    running.idle().await;
    publish(&running, [step("ada", 2)]).await;
    running.idle().await;
    assert_eq!(keeping.written("ada").await, [1, 2]);
    letters(&running, "newest", 1).await;
    running.shutdown().await;
}

async fn an_event_without_a_sequence_is_refused(stage: &Stage, keeping: &Keeping) {
    let running = keeping.newest(stage, &Book::new(works)).await;
    let body = r#"{"name":"ada","number":1}"#;
    let mut none = stage.message("step.taken.v1", "none", body);
    none.message.headers.push("cloudEvents_partitionkey", "ada");
    let mut words = stage.message("step.taken.v1", "words", body);
    words.message.headers.push("cloudEvents_partitionkey", "ada");
    words.message.headers.push("cloudEvents_sequence", "first");
    for answer in stage.send(vec![none, words]).await {
        answer.unwrap();
    }
    let letters = letters(&running, "newest", 2).await;
    assert!(
        letters.iter().all(|letter| letter.reason == "no_sequence"),
        "{letters:#?}"
    );
    running.shutdown().await;
}
