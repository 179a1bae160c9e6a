use super::events::{Ignored, Kept, Paid, Placed, placed};
use super::stage::{SOON, Seen, Stage, reaches};
use event_runtime::EventId;
use event_runtime::prelude::*;
use event_runtime::transport::PublishError;
use event_tests::eventually;
use futures_util::future::join_all;

on_both!(
    unroutable_among_routable,
    a_key_that_no_database_takes,
    too_large_to_send,
    kept_until_somebody_takes_it
);

#[handler]
async fn note(order: Placed, seen: State<Seen<u32>>) {
    seen.push(order.order);
}

/// Something with a name of any length.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "thing.named", version = 1, owner = "tests")]
struct Named {
    #[event(key)]
    name: String,
}

#[handler]
async fn large(_: Paid, text: State<usize>) -> Placed {
    Placed {
        order: 1,
        card: "x".repeat(*text),
    }
}

/// Fault matrix 21: of events in flight together exactly the unroutable ones fail.
async fn unroutable_among_routable(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<note>()).await;
    let publisher = service.publisher();
    let answers = join_all((0..500).map(|order| async move {
        if order % 10 == 0 {
            publisher.publish(&Ignored { order }).await
        } else {
            publisher.publish(&placed(order)).await
        }
    }));
    for (order, answer) in answers.await.into_iter().enumerate() {
        let refused =
            matches!(&answer, Err(PublishError::Unroutable { routing_key, .. }) if routing_key == "order.ignored.v1");
        assert_eq!(refused, order % 10 == 0, "{order}: {answer:?}");
        assert!(refused || answer.is_ok(), "{order}: {answer:?}");
    }
    seen.reaches(450).await;
    let mut orders = seen.all();
    orders.sort_unstable();
    assert_eq!(orders, (0..500).filter(|order| order % 10 != 0).collect::<Vec<_>>());
    assert_eq!(service.snapshot().published, 450);
    service.shutdown().await;
}

/// Fault matrix 35, on the way out: refused before it is sent, and the connection goes on.
/// What no outbox and no inbox could index is refused where it comes from.
async fn a_key_that_no_database_takes(stage: &Stage) {
    let running = stage.start(stage.service().publishes::<Named>()).await;
    for name in ["k".repeat(1025), "a\0b".to_owned()] {
        let refused = running.publisher().publish(&Named { name }).await;
        assert!(
            matches!(&refused, Err(PublishError::Invalid(why)) if why.contains("its key") && why.contains("1024 bytes")),
            "{refused:?}"
        );
    }
    let fits = running.publisher().publish(&Named { name: "k".repeat(1024) }).await;
    assert!(matches!(fits, Err(PublishError::Unroutable { .. })), "{fits:?}");
    running.shutdown().await;
}

async fn too_large_to_send(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.service().state(seen.clone()).state(2usize << 20);
    let service = stage.start(service.handle::<note>().handle::<large>()).await;
    let too_large = Placed {
        order: 1,
        card: "x".repeat(2 << 20),
    };
    let alone = service.publisher().publish(&too_large).await;
    assert!(matches!(alone, Err(PublishError::TooLarge(_))), "{alone:?}");
    let good = placed(2);
    let mixed = [&good, &too_large, &good].map(|event| (EventId::new(), event));
    let mixed = service.publisher().publish_all(mixed).await;
    assert!(mixed[0].is_ok() && mixed[2].is_ok(), "{mixed:?}");
    assert!(matches!(mixed[1], Err(PublishError::TooLarge(_))), "{mixed:?}");
    // What a handler returns is checked as well, and no retry makes it smaller.
    service.publisher().publish(&Paid { order: 3 }).await.unwrap();
    reaches(&service, "large", "a dead letter", |counts| counts.dead() == 1).await;
    let letters = super::stage::letters(&service, "large", 1).await;
    assert_eq!((letters[0].reason.as_str(), letters[0].attempts), ("poison", 1));
    assert!(letters[0].error.contains("too large"), "{}", letters[0].error);
    seen.reaches(2).await;
    let session = |handler| super::stage::counts(&service, handler).sessions;
    assert_eq!((session("note"), session("large")), (1, 1), "the connections survived");
    service.shutdown().await;
}

/// `unrouted = "keep"`: not an error, and not lost.
async fn kept_until_somebody_takes_it(stage: &Stage) {
    let service = stage.start(stage.service().publishes::<Kept>()).await;
    for order in 0..3 {
        service.publisher().publish(&Kept { order }).await.unwrap();
    }
    let answer = service.publisher().publish(&Ignored { order: 9 }).await;
    assert!(matches!(answer, Err(PublishError::Unroutable { .. })), "{answer:?}");
    let wire = stage.connect();
    let unrouted = stage.names().unrouted();
    eventually(SOON, "three kept events", async || wire.depth(&unrouted).await == Ok(3)).await;
    assert_eq!(service.snapshot().published, 3);
    wire.close().await;
    service.shutdown().await;
}
