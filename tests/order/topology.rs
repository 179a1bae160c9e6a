//! What an order is on the broker, and that it cannot be had for a queue that is there without one.

use super::world::{Book, Step, Trouble, walk, works};
use crate::behaviour::stage::{SOON, Stage};
use event_runtime::prelude::*;
use event_runtime::transport::Health;
use event_tests::eventually;

on_both!(a_queue_does_not_change_its_order);

mod before {
    use super::*;

    /// As it was before it had an order.
    #[handler]
    pub(super) async fn walk(_: Step, State(_): State<Book>) -> Result<(), Trouble> {
        Ok(())
    }
}

async fn a_queue_does_not_change_its_order(stage: &Stage) {
    let book = Book::new(works);
    let running = stage
        .start(stage.service().state(book.clone()).handle::<before::walk>())
        .await;
    running.shutdown().await;
    let service = stage.service().state(book).handle::<walk>();
    let running = service.start().await.unwrap();
    eventually(SOON, "not ready, and what to do", async || match running.health() {
        Health::Down(why) => {
            why.contains("is there with other arguments") && why.contains("give the handler a new name")
        }
        _ => false,
    })
    .await;
    running.shutdown().await;
}

#[handler(ordered_by = "name", retry(attempts = 200, to = "30s"))]
async fn endless(_: Step) {}

#[tokio::test]
async fn attempts_must_end_before_the_broker_takes_the_event_back() {
    let refused = Service::new("shop").handle::<endless>().start().await;
    let why = refused.err().unwrap().to_string();
    assert!(why.contains("`endless` keeps an event in hand"), "{why}");
    assert!(why.contains("takes it back after 30m"), "{why}");
}
