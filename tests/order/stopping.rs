//! `on_poison = "stop"`: nothing overtakes the event that has failed, and nothing is lost.

use super::world::{Book, Does, publish, steps, walk, works};
use crate::behaviour::stage::{SOON, Stage, counts};
use event_runtime::prelude::*;
use event_runtime::transport::Health;
use event_tests::eventually;

on_both!(poison_stops_and_keeps_everything);

async fn poison_stops_and_keeps_everything(stage: &Stage) {
    let book = Book::new(|name, number, call| match (name, number) {
        ("ada", 4) => Does::Poison,
        _ => works(name, number, call),
    });
    let running = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    publish(&running, steps(&["ada", "bob"], 10)).await;
    let id = EventId::derived("steps", "ada/4").to_string();
    eventually(SOON, "not ready, and why", async || match running.health() {
        Health::Down(why) => why.contains("walk: stopped at event") && why.contains(&id) && why.contains("not ever"),
        _ => false,
    })
    .await;
    assert_eq!(book.done("ada"), [1, 2, 3]);
    assert_eq!(counts(&running, "walk").dead(), 0);
    let done = book.done_in_all() as u64;
    let wire = stage.connect();
    eventually(SOON, "the rest is back on the broker", async || {
        wire.depth(&stage.names().queue("walk"))
            .await
            .is_ok_and(|depth| depth >= 20 - done)
    })
    .await;
    wire.close().await;
    assert!(running.shutdown().await);

    // Mended, everything is done in its order.
    let book = book.told(works);
    let running = stage.start(stage.service().state(book.clone()).handle::<walk>()).await;
    running.idle().await;
    book.in_order(&[]);
    for name in ["ada", "bob"] {
        let mut done = book.done(name);
        done.dedup();
        assert_eq!(done, (1..=10).collect::<Vec<_>>(), "{name}");
    }
    running.shutdown().await;
}
