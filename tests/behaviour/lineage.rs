use super::events::{Paid, Placed, Sent, placed};
use super::stage::{Seen, Stage, reaches, word};
use event_runtime::envelope::Metadata;
use event_runtime::prelude::*;

on_both!(
    three_hops,
    ids_are_the_same_for_every_attempt,
    sets_envelopes_and_contexts,
    plain_messages,
    two_services
);

#[handler]
async fn pay(order: Placed, at: Context, seen: State<Seen<Metadata>>) -> Paid {
    seen.push(at.metadata);
    Paid { order: order.order }
}

#[handler]
async fn send(order: Envelope<Paid>, seen: State<Seen<Metadata>>, emit: Emit<Sent>) -> Result<(), BoxError> {
    seen.push(order.metadata.clone());
    emit.send(&Sent { order: order.order }).await?;
    Ok(())
}

#[handler]
async fn arrive(_: Sent, at: Context, seen: State<Seen<Metadata>>) {
    seen.push(at.metadata);
}

/// One conversation, one trace, and each event names its cause.
async fn three_hops(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.service().state(seen.clone());
    let service = stage
        .start(service.handle::<pay>().handle::<send>().handle::<arrive>())
        .await;
    let id = service.publisher().publish(&placed(7)).await.unwrap();
    seen.reaches(3).await;
    let seen = seen.all();
    assert_eq!(seen[0].id, id);
    assert_eq!(seen[0].causation_id, None);
    let traces: Vec<_> = seen.iter().map(|hop| hop.trace.unwrap()).collect();
    for (at, hop) in seen.iter().enumerate() {
        assert_eq!(hop.correlation_id, id.to_string());
        assert_eq!(hop.subject.as_deref(), Some("7"));
        assert_eq!(hop.source, stage.name);
        assert!(hop.time.is_some());
        assert_eq!(traces[at].trace_id().to_string(), traces[0].trace_id().to_string());
        if at > 0 {
            assert_eq!(hop.causation_id, Some(seen[at - 1].id.to_string()));
            assert_ne!(traces[at].span_id().to_string(), traces[at - 1].span_id().to_string());
        }
    }
    let names: Vec<_> = seen.iter().map(|hop| hop.name.as_str()).collect();
    assert_eq!(names, ["order.placed", "order.paid", "order.sent"]);
    service.shutdown().await;
}

#[handler(retry(attempts = 3, from = "1ms", to = "1ms"))]
async fn emits(order: Placed, at: Context, emit: Emit<Paid>) -> Result<Vec<Sent>, BoxError> {
    let order = order.order;
    emit.send(&Paid { order }).await?;
    emit.send(&Paid { order: order + 1 }).await?;
    if at.attempt < 3 {
        Err("not yet")?;
    }
    Ok(vec![Sent { order }, Sent { order: order + 1 }])
}

#[handler]
async fn emitted(order: Envelope<Paid>, seen: State<Seen<(u32, String)>>) {
    seen.push((order.order, order.metadata.id.to_string()));
}

#[handler]
async fn returned(order: Envelope<Sent>, seen: State<Seen<(u32, String)>>) {
    seen.push((order.order + 100, order.metadata.id.to_string()));
}

/// A consumer with an inbox sees each of them once, however often the handler runs, or the event comes.
async fn ids_are_the_same_for_every_attempt(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.service().state(seen.clone());
    let service = stage
        .start(service.handle::<emits>().handle::<emitted>().handle::<returned>())
        .await;
    let id = service.publisher().publish(&placed(1)).await.unwrap();
    reaches(&service, "emits", "three attempts", |counts| counts.handled == 1).await;
    service.publisher().publish_as(&id, &placed(1)).await.unwrap();
    // Six attempts with two emitted events each, two of them with two returned ones.
    seen.reaches(16).await;
    let mut distinct = seen.all();
    assert_eq!(distinct.len(), 16);
    distinct.sort();
    distinct.dedup();
    let orders: Vec<_> = distinct.iter().map(|(order, _)| *order).collect();
    assert_eq!(orders, [1, 2, 101, 102], "one id each");
    let ids: std::collections::BTreeSet<_> = distinct.iter().map(|(_, id)| id).collect();
    assert_eq!(ids.len(), 4, "and no two the same");
    service.shutdown().await;
}

#[derive(EventSet)]
enum OrderEvents {
    Placed(Placed),
    Paid(Paid),
}

#[handler(name = "both", retry(attempts = 3))]
async fn one_of_two(event: Envelope<OrderEvents>, at: Context, seen: State<Seen<String>>) {
    assert_eq!((&event.metadata, at.handler, at.attempts), (&at.metadata, "both", 3));
    assert_eq!((at.attempt, at.replay, at.is_last_attempt()), (1, false, false));
    assert_eq!(at.idempotency_key(), format!("both:{}", event.metadata.id));
    let what = match event.event {
        OrderEvents::Placed(placed) => format!("placed {}", placed.order),
        OrderEvents::Paid(paid) => format!("paid {}", paid.order),
    };
    seen.push(format!("{what} as {}.{}", event.metadata.name, event.metadata.version));
}

async fn sets_envelopes_and_contexts(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<one_of_two>())
        .await;
    service.publisher().publish(&placed(1)).await.unwrap();
    service.publisher().publish(&Paid { order: 2 }).await.unwrap();
    seen.reaches(2).await;
    let mut seen = seen.all();
    seen.sort();
    assert_eq!(seen, ["paid 2 as order.paid.v1", "placed 1 as order.placed.v1"]);
    service.shutdown().await;
}

#[handler]
async fn plain(order: Envelope<Paid>, seen: State<Seen<(String, String)>>) {
    seen.push((order.metadata.id.to_string(), order.metadata.source.clone()));
}

/// From a producer that knows nothing of CloudEvents: refused by default (see `what_cannot_be_read`), taken when asked.
async fn plain_messages(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.service().accept_plain_messages().state(seen.clone());
    let service = stage.start(service.handle::<plain>()).await;
    let mut bare = stage.message("order.paid.v1", "legacy-1", r#"{"order":1}"#);
    bare.message.headers = [(":message_id", "legacy-1")].into_iter().collect();
    let mut typed = bare.clone();
    typed.message.headers = [
        (":message_id", "legacy-2"),
        (":type", "order.paid.v1"),
        (":app_id", "till"),
    ]
    .into_iter()
    .collect();
    let mut liar = typed.clone();
    liar.message.headers = [(":message_id", "legacy-3"), (":type", "order.sent.v1")]
        .into_iter()
        .collect();
    let sent = stage.send(vec![bare, typed, liar]).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    seen.reaches(2).await;
    let mut taken = seen.all();
    taken.sort();
    assert_eq!(
        taken,
        [
            ("legacy-1".into(), "unknown".into()),
            ("legacy-2".into(), "till".into())
        ]
    );
    let letter = super::stage::letters(&service, "plain", 1).await.remove(0);
    assert_eq!(
        (letter.id.as_deref(), letter.reason.as_str()),
        (Some("legacy-3"), "foreign_routing_key")
    );
    service.shutdown().await;
}

/// Two services on one bus each get every event; a handler of one publishes what a handler of the other takes.
async fn two_services(stage: &Stage) {
    let (first, second) = (Seen::new(), Seen::new());
    let orders = stage.start(stage.service().state(first.clone()).handle::<pay>()).await;
    let other = stage.named(&word("other")).state(second.clone());
    let other = stage
        .start(other.handle::<pay>().handle::<send>().handle::<arrive>())
        .await;
    let id = orders.publisher().publish(&placed(1)).await.unwrap();
    first.reaches(1).await;
    // One order, paid by both services, sent and arrived twice.
    second.reaches(5).await;
    let sources: std::collections::BTreeSet<_> = second.all().iter().map(|hop| hop.source.clone()).collect();
    assert_eq!(sources.len(), 2, "{sources:?}");
    assert!(second.all().iter().all(|hop| hop.correlation_id == id.to_string()));
    // Closing one of them does not close the other's connection.
    orders.shutdown().await;
    other.publisher().publish(&placed(2)).await.unwrap();
    second.reaches(8).await;
    other.shutdown().await;
}
