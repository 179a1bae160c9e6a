use super::events::{Paid, Placed, placed};
use super::stage::{SOON, Seen, Stage, counts, reaches};
use event_runtime::message::Outgoing;
use event_runtime::prelude::*;
use event_runtime::topology::Topology;
use event_runtime::{Error, Running};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

on_both!(
    never_without_being_asked,
    chosen_by_time_type_and_key,
    counted_first,
    an_inbox_skips_and_force_does_not,
    forced_in_every_form,
    not_faster_than_told,
    waits_for_the_handler,
    goes_on_after_it_was_broken_off,
    refused,
);

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, EventSet)]
enum Orders {
    Placed(Placed),
    Paid(Paid),
}

type Calls = Seen<(u32, bool, String)>;

/// Gets what is replayed.
#[handler]
async fn again(event: Orders, at: Context, seen: State<Calls>) {
    let order = match event {
        Orders::Placed(event) => event.order,
        Orders::Paid(event) => event.order,
    };
    seen.push((order, at.replay, at.id().to_string()));
}

/// Does not.
#[handler]
async fn other(_: Placed) {}

async fn both(stage: &Stage, seen: &Calls) -> Running {
    let service = stage.service().state(seen.clone()).archive(DAY, 10_000_000);
    stage.start(service.handle::<again>().handle::<other>()).await
}

/// An order of the hour `hour`.
fn at(stage: &Stage, type_name: &str, order: u32, hour: u32) -> Outgoing {
    let body = format!(r#"{{"order":{order},"cardNumber":"4111-1111"}}"#);
    let mut message = stage.message(type_name, &format!("{type_name}-{order}"), body);
    let headers = &mut message.message.headers;
    headers.push("cloudEvents_time", &format!("2026-03-04T{hour:02}:30:00Z"));
    headers.push("cloudEvents_partitionkey", &order.to_string());
    message
}

async fn sent(stage: &Stage, messages: Vec<Outgoing>) {
    for answer in stage.send(messages).await {
        answer.unwrap();
    }
}

/// The orders that were replayed since the first `from` calls, as they came.
fn replayed(seen: &Calls, from: usize) -> Vec<u32> {
    let calls = seen.all().split_off(from);
    assert!(calls.iter().all(|(_, replay, _)| *replay), "{calls:?}");
    calls.into_iter().map(|(order, ..)| order).collect()
}

async fn never_without_being_asked(stage: &Stage) {
    let seen = Calls::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<again>()).await;
    service.publisher().publish(&placed(1)).await.unwrap();
    let mut wanted = Topology::default();
    wanted.archive(&stage.names(), "1d".parse().unwrap());
    let wire = stage.connect();
    let plan = wire.plan(&wanted).await.unwrap();
    assert_eq!(plan.missing, [format!("archive {}.archive", stage.bus)]);
    wire.close().await;
    let error = service.replay("again").unwrap().run(|_| {}).await.unwrap_err();
    assert!(
        matches!(&error, Error::NotFound(text) if text.contains("`topology apply --archive 7d`")),
        "{error}"
    );
    service.shutdown().await;
}

/// Nobody but the handler gets them, and it gets only those that are meant, with the ids they had.
async fn chosen_by_time_type_and_key(stage: &Stage) {
    let seen = Calls::new();
    let service = both(stage, &seen).await;
    let mut messages: Vec<_> = (0..6).map(|order| at(stage, "order.placed.v1", order, order)).collect();
    messages.extend((10..13).map(|order| at(stage, "order.paid.v1", order, order)));
    // Nobody takes it, and yet publishing it is no error: the archive does.
    messages.push(at(stage, "order.ignored.v1", 20, 20));
    sent(stage, messages).await;
    reaches(&service, "other", "six orders", |counts| counts.handled == 6).await;
    reaches(&service, "again", "nine events", |counts| counts.handled == 9).await;
    let hour = |hour: u32| format!("2026-03-04T{hour:02}:00:00Z").parse().unwrap();
    let replay = || service.replay("again").unwrap().rate(1000);
    let cases = [
        ("all", replay(), vec![0, 1, 2, 3, 4, 5, 10, 11, 12]),
        ("from", replay().from(hour(4)), vec![4, 5, 10, 11, 12]),
        ("to", replay().to(hour(2)), vec![0, 1]),
        ("between", replay().from(hour(3)).to(hour(11)), vec![3, 4, 5, 10]),
        ("type", replay().event_type("order.paid"), vec![10, 11, 12]),
        ("version", replay().event_type("order.placed.v1").limit(2), vec![0, 1]),
        ("key", replay().key("11"), vec![11]),
        (
            "two types",
            replay()
                .event_type("order.paid")
                .event_type("order.placed")
                .from(hour(5)),
            vec![5, 10, 11, 12],
        ),
        ("key and type", replay().event_type("order.placed").key("11"), vec![]),
    ];
    for (what, replay, wanted) in cases {
        let before = seen.len();
        let done = replay.run(|_| {}).await.unwrap();
        assert_eq!(
            (done.events, done.sent),
            (wanted.len() as u64, wanted.len() as u64),
            "{what}"
        );
        seen.reaches(before + wanted.len()).await;
        tokio::time::timeout(SOON, service.idle()).await.unwrap();
        let mut orders = replayed(&seen, before);
        orders.sort_unstable();
        assert_eq!(orders, wanted, "{what}");
    }
    let calls = seen.all();
    let first = calls.iter().find(|(order, replay, _)| *order == 11 && !replay).unwrap();
    let ids = calls.iter().filter(|(order, ..)| *order == 11);
    assert!(
        ids.clone().count() > 3 && ids.clone().all(|(.., id)| *id == first.2),
        "the same ids"
    );
    assert_eq!(counts(&service, "other").handled, 6, "nobody else gets them");
    assert_eq!(counts(&service, "again").dead() + counts(&service, "other").dead(), 0);
    service.shutdown().await;
}

async fn counted_first(stage: &Stage) {
    let seen = Calls::new();
    let service = both(stage, &seen).await;
    let mut messages: Vec<_> = (0..5)
        .map(|order| at(stage, "order.placed.v1", order, 9 - order))
        .collect();
    messages.push(at(stage, "order.paid.v1", 7, 7));
    messages.push(at(stage, "order.placed.v9", 8, 8));
    // No time; no event at all; what another one would call an order.
    messages.push(stage.message("order.paid.v1", "undated", r#"{"order":9}"#));
    let mut bare = stage.message("order.paid.v1", "bare", "{}");
    bare.message.headers = [(":message_id", "bare")].into_iter().collect();
    messages.push(bare);
    let mut forged = at(stage, "order.placed.v1", 11, 5);
    forged.routing_key = "order.paid.v1".to_owned();
    messages.push(forged);
    sent(stage, messages).await;
    reaches(&service, "again", "seven events and three dead letters", |counts| {
        counts.handled == 7 && counts.dead() == 3
    })
    .await;
    let counted = service.replay("again").unwrap().count(|_| {}).await.unwrap();
    assert_eq!(
        (counted.read, counted.events, counted.undated),
        (10, 7, 0),
        "{counted:#?}"
    );
    let of = |type_name: &str| counted.types.iter().find(|of| of.type_name == type_name).unwrap();
    let orders = of("order.placed.v1");
    assert_eq!(orders.events, 5);
    assert_eq!(orders.first.unwrap().to_string(), "2026-03-04T05:30:00Z");
    assert_eq!(orders.last.unwrap().to_string(), "2026-03-04T09:30:00Z");
    assert_eq!((of("order.paid.v1").events, counted.types.len()), (2, 2));
    assert_eq!(
        (&*counted.unknown[0].type_name, counted.unknown[0].events),
        ("order.placed.v9", 1)
    );
    let dated = service.replay("again").unwrap();
    let mut dated = dated.from("2026-03-04T06:00:00Z".parse().unwrap());
    let counted = dated.count(|_| {}).await.unwrap();
    assert_eq!((counted.events, counted.undated), (5, 1), "{counted:#?}");
    // What was counted is what is sent, whatever comes in the meantime.
    let before = seen.len() + 1;
    sent(stage, vec![at(stage, "order.paid.v1", 30, 12)]).await;
    seen.reaches(before).await;
    let done = dated.run(|_| {}).await.unwrap();
    assert_eq!((done.events, done.sent), (5, 5));
    seen.reaches(before + 5).await;
    tokio::time::timeout(SOON, service.idle()).await.unwrap();
    let mut orders = replayed(&seen, before);
    orders.sort_unstable();
    assert_eq!(orders, [0, 1, 2, 3, 7]);
    service.shutdown().await;
}

/// Takes an order once.
#[handler(idempotent(window = "14d"))]
async fn once(order: Placed, at: Context, tx: &mut Tx<'_, Memory>, seen: State<Calls>) {
    tx.put(format!("{} {}", at.id(), at.replay), "");
    seen.push((order.order, at.replay, at.id().to_string()));
}

async fn an_inbox_skips_and_force_does_not(stage: &Stage) {
    let (seen, store) = (Calls::new(), MemoryStore::new());
    let service = stage
        .service()
        .state(seen.clone())
        .store(store.clone())
        .archive(DAY, 10_000_000);
    let service = stage.start(service.handle::<once>()).await;
    for order in 0..4 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    // Longer ago than the inbox remembers.
    sent(stage, vec![at(stage, "order.placed.v1", 4, 1)]).await;
    reaches(&service, "once", "five orders", |counts| counts.handled == 5).await;
    let mut replay = service.replay("once").unwrap();
    let counted = replay.count(|_| {}).await.unwrap();
    let long_ago = u64::from(Timestamp::now() > "2026-03-20T00:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!((counted.events, counted.forgotten), (5, long_ago));
    assert_eq!(replay.run(|_| {}).await.unwrap().sent, 5);
    reaches(&service, "once", "five that are known", |counts| counts.duplicates == 5).await;
    assert_eq!((seen.len(), store.tables().len()), (5, 5), "done is done");
    let forced = service.replay("once").unwrap().force();
    let id = forced.id().to_owned();
    assert_eq!(forced.run(|_| {}).await.unwrap().sent, 5);
    seen.reaches(10).await;
    tokio::time::timeout(SOON, service.idle()).await.unwrap();
    let calls = seen.all();
    for (order, replay, new) in &calls[5..] {
        let first = calls.iter().find(|(same, ..)| same == order).unwrap();
        assert_eq!((*replay, new), (true, &format!("replay:{id}:{}", first.2)));
    }
    assert_eq!(store.tables().len(), 10);
    service.shutdown().await;
}

async fn forced_in_every_form(stage: &Stage) {
    let seen = Calls::new();
    let service = both(stage, &seen).await;
    let knative: Vec<_> = ["specversion", "id", "source", "type"]
        .into_iter()
        .zip(["1.0", "kn", "tests", "order.paid.v1"])
        .collect();
    let mut other_prefix = stage.message("order.paid.v1", "kn", r#"{"order":1}"#);
    other_prefix.message.headers = [(":message_id", "kn"), (":content_type", "application/json")]
        .into_iter()
        .collect();
    for (name, value) in knative {
        other_prefix.message.headers.push(&format!("ce-{name}"), value);
    }
    let body = r#"{"specversion":"1.0","id":"st","source":"tests","type":"order.paid.v1","data":{"order":2}}"#;
    let mut structured = stage.message("order.paid.v1", "st", body);
    structured.message.headers = [(":message_id", "st"), (":content_type", "application/cloudevents+json")]
        .into_iter()
        .collect();
    // What only the service itself may say counts for nothing.
    structured.message.headers.push("x-evt-origin-key", "order.placed.v1");
    structured.message.headers.push("x-evt-replay-id", "forged");
    let long = "l".repeat(250);
    let long_id = stage.message("order.paid.v1", &long, r#"{"order":3}"#);
    sent(stage, vec![other_prefix, structured, long_id]).await;
    seen.reaches(3).await;
    assert!(seen.all().iter().all(|(_, replay, _)| !replay));
    for round in 0..2 {
        let before = seen.len();
        let forced = service.replay("again").unwrap();
        let forced = if round == 0 { forced } else { forced.force() };
        let id = forced.id().to_owned();
        assert_eq!(forced.run(|_| {}).await.unwrap().sent, 3);
        seen.reaches(before + 3).await;
        let mut calls = seen.all().split_off(before);
        calls.sort();
        let ids: Vec<_> = calls
            .iter()
            .map(|(order, replay, id)| (*order, *replay, id.as_str()))
            .collect();
        if round == 0 {
            assert_eq!(ids, [(1, true, "kn"), (2, true, "st"), (3, true, &*long)]);
        } else {
            assert_eq!(
                ids[..2],
                [
                    (1, true, &*format!("replay:{id}:kn")),
                    (2, true, &*format!("replay:{id}:st"))
                ]
            );
            assert!(ids[2].2 != long && ids[2].2.len() <= 255, "{ids:?}");
        }
    }
    assert_eq!(counts(&service, "again").dead(), 0);
    service.shutdown().await;
}

async fn not_faster_than_told(stage: &Stage) {
    let seen = Calls::new();
    let service = both(stage, &seen).await;
    let messages = (0..60).map(|order| at(stage, "order.paid.v1", order, 1)).collect();
    sent(stage, messages).await;
    seen.reaches(60).await;
    let mut steps = Vec::new();
    let mut replay = service.replay("again").unwrap().rate(50);
    replay.count(|_| {}).await.unwrap();
    let begun = Instant::now();
    replay.run(|at| steps.push((begun.elapsed(), at.sent))).await.unwrap();
    assert_eq!(steps.last().unwrap().1, 60);
    for (from, (at, sent)) in steps.iter().enumerate() {
        for (later, more) in &steps[from..] {
            // A window ahead, and one that was under way.
            let most = 50.0 * (*later - *at).as_secs_f64() + 11.0;
            assert!(
                (more - sent) as f64 <= most,
                "{} in {:?}: {steps:?}",
                more - sent,
                *later - *at
            );
        }
    }
    assert!(begun.elapsed() > Duration::from_millis(1000), "{:?}", begun.elapsed());
    service.shutdown().await;
}

/// Works when it is let.
#[handler(concurrency = 1, prefetch = 1)]
async fn slow(order: Paid, at: Context, gate: State<Arc<Semaphore>>, seen: State<Calls>) {
    if at.replay {
        gate.acquire().await.unwrap().forget();
    }
    seen.push((order.order, at.replay, at.id().to_string()));
}

async fn waits_for_the_handler(stage: &Stage) {
    let (seen, gate) = (Calls::new(), Arc::new(Semaphore::new(0)));
    let service = stage.service().state(seen.clone()).state(Arc::clone(&gate));
    let service = stage.start(service.archive(DAY, 10_000_000).handle::<slow>()).await;
    let messages = (0..100).map(|order| at(stage, "order.paid.v1", order, 1)).collect();
    sent(stage, messages).await;
    seen.reaches(100).await;
    let mut waited = 0;
    let replay = service.replay("slow").unwrap().rate(10_000).queue_at_most(10);
    let replay = replay.run(|at| {
        if let Some(depth) = at.waits_for {
            waited += 1;
            assert!(depth > 10 && depth < 60, "{depth} wait");
            // Ten at a time.
            gate.add_permits(10);
        }
    });
    let done = tokio::time::timeout(2 * SOON, replay)
        .await
        .expect("a replay that goes on")
        .unwrap();
    assert_eq!(done.sent, 100);
    assert!(waited >= 3, "it waited {waited} times");
    gate.add_permits(100);
    seen.reaches(200).await;
    service.shutdown().await;
}

async fn goes_on_after_it_was_broken_off(stage: &Stage) {
    let seen = Calls::new();
    let service = both(stage, &seen).await;
    sent(
        stage,
        (0..50).map(|order| at(stage, "order.paid.v1", order, 1)).collect(),
    )
    .await;
    seen.reaches(50).await;
    let file: PathBuf = std::env::temp_dir().join(format!("{}.json", stage.bus));
    let replay = service.replay("again").unwrap().rate(100).limit(45).state(&file);
    let id = replay.id().to_owned();
    let (far, broken) = tokio::sync::oneshot::channel();
    let mut far = Some(far);
    let running = replay.run(|at| {
        if at.sent == 20 {
            far.take().unwrap().send(()).unwrap();
        }
    });
    tokio::select! {
        done = running => panic!("not broken off: {done:?}"),
        _ = broken => {}
    }
    // What comes in the meantime is not part of it.
    sent(stage, vec![at(stage, "order.paid.v1", 99, 1)]).await;
    let other = service.replay("again").unwrap().state(&file).run(|_| {}).await;
    assert!(other.is_err_and(|error| error.to_string().contains("Resume that one")));
    let resumed = service.resume_replay(&file).unwrap();
    assert_eq!(resumed.id(), id);
    let mut first = None;
    let done = resumed.run(|at| _ = first.get_or_insert(at.sent)).await.unwrap();
    assert_eq!((done.id, done.events, done.sent), (id, 45, 45));
    assert_eq!(first, Some(20));
    assert!(!file.exists());
    seen.reaches(96).await;
    tokio::time::timeout(SOON, service.idle()).await.unwrap();
    let mut orders: Vec<_> = seen
        .all()
        .into_iter()
        .filter(|(_, replay, _)| *replay)
        .map(|(order, ..)| order)
        .collect();
    // A window that was under way may have been sent before it was broken off.
    assert!((45..=55).contains(&orders.len()), "{orders:?}");
    orders.sort_unstable();
    orders.dedup();
    assert_eq!(orders, (0..45).collect::<Vec<_>>());
    assert!(
        service
            .resume_replay(&file)
            .is_err_and(|error| error.to_string().contains("has removed its file"))
    );
    service.shutdown().await;
}

/// Knows an order by its number.
#[handler(idempotent(by = "order"))]
async fn by_field(order: Placed, tx: &mut Tx<'_, Memory>) {
    tx.put(order.order.to_string(), "");
}

/// In their order.
#[handler(idempotent, ordered_by = "order")]
async fn ordered(order: Placed, tx: &mut Tx<'_, Memory>) {
    tx.put(order.order.to_string(), "");
}

async fn refused(stage: &Stage) {
    let service = stage.service().store(MemoryStore::new()).archive(DAY, 10_000_000);
    let service = stage.start(service.handle::<by_field>().handle::<ordered>()).await;
    let text = |error: Error| error.to_string();
    let error = text(service.replay("by_feild").unwrap_err());
    assert!(
        error.contains("did you mean `by_field`?") && error.contains("there is by_field, ordered"),
        "{error}"
    );
    let error = text(service.replay("ordered").unwrap().run(|_| {}).await.unwrap_err());
    assert!(
        error.contains("are older than those that come in now") && error.contains("with `--pause-live`"),
        "{error}"
    );
    let replay = || service.replay("by_field").unwrap();
    let day = "2026-03-04T00:00:00Z".parse().unwrap();
    for (replay, wanted) in [
        (replay().force(), "`by_field` knows events by their field `order`"),
        (
            replay().event_type("order.paid"),
            "`by_field` does not take `order.paid`; it takes order.placed.v1",
        ),
        (
            replay().event_type("order.placed.v4"),
            "this build of `by_field` does not read `order.placed.v4`; it reads order.placed.v1",
        ),
        (replay().from(day).to(day), "the first must be earlier"),
    ] {
        let error = text(replay.run(|_| {}).await.unwrap_err());
        assert!(error.contains(wanted), "{error}");
    }
    // An archive in which nothing is.
    let done = replay().run(|_| {}).await.unwrap();
    assert_eq!((done.events, done.sent), (0, 0));
    service.shutdown().await;
}
