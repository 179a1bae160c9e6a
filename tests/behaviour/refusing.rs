use super::events::{Placed, placed};
use super::stage::{Seen, Stage, counts, letters};
use event_runtime::message::{Headers, Outgoing};
use event_runtime::prelude::*;
use event_runtime::topology::{Binding, Destination, Topology};
use std::collections::BTreeMap;

on_both!(
    what_cannot_be_read,
    too_large_to_take,
    unknown_types_and_versions,
    a_foreign_routing_key,
    a_history_that_is_not_ours,
);

#[handler]
async fn note(order: Placed, seen: State<Seen<u32>>) {
    seen.push(order.order);
}

const GOOD: &str = r#"{"order":1,"cardNumber":"4111-1111"}"#;

/// With one header more, or another value of one that is there.
fn with(mut message: Outgoing, name: &str, value: &str) -> Outgoing {
    let mut headers: Headers = message
        .message
        .headers
        .iter()
        .filter(|(other, _)| *other != name)
        .collect();
    headers.push(name, value);
    message.message.headers = headers;
    message
}

fn without(mut message: Outgoing, prefix: &str) -> Outgoing {
    message.message.headers = message
        .message
        .headers
        .iter()
        .filter(|(name, _)| !name.starts_with(prefix))
        .collect();
    message
}

/// Sends `cases` (message, reason), expects a dead letter for each at once with its bytes as they were, no call of the
/// handler, no end of its session, and that it goes on with the next good event.
async fn refused(stage: &Stage, cases: Vec<(Outgoing, &str)>) {
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<note>()).await;
    let sent = stage
        .send(cases.iter().map(|(message, _)| message.clone()).collect())
        .await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    let found: BTreeMap<String, _> = letters(&service, "note", cases.len())
        .await
        .into_iter()
        .map(|letter| (letter.message.headers.get(":message_id").unwrap().to_owned(), letter))
        .collect();
    for (message, reason) in &cases {
        let id = message.message.headers.get(":message_id").unwrap();
        let letter = &found[id];
        assert_eq!(letter.reason, *reason, "{id}: {}", letter.error);
        assert_eq!((letter.attempts, letter.history.len()), (0, 0), "{id}");
        assert!(letter.message.body == message.message.body, "{id}: another body");
        assert!(!letter.error.contains("4111-1"), "{id}: {}", letter.error);
        assert_eq!(letter.fingerprint.len(), 16, "{id}");
        assert!(letter.dead_at.is_some(), "{id}");
    }
    service.publisher().publish(&placed(2)).await.unwrap();
    seen.reaches(1).await;
    assert_eq!(seen.all(), [2], "none of the bad ones");
    let counts = counts(&service, "note");
    assert_eq!(
        (counts.failed, counts.retried, counts.delayed, counts.sessions),
        (0, 0, 0, 1)
    );
    service.shutdown().await;
}

/// Fault matrix 34.
async fn what_cannot_be_read(stage: &Stage) {
    const TYPE: &str = "order.placed.v1";
    let of = |id: &str, body: &[u8]| stage.message(TYPE, id, body.to_vec());
    let good = |id: &str| stage.message(TYPE, id, GOOD);
    let structured = |id: &str, body: &str| {
        with(
            stage.message(TYPE, id, body.to_owned()),
            ":content_type",
            "application/cloudevents+json",
        )
    };
    let cases = vec![
        (of("cut", br#"{"order":1,"#), "malformed"),
        (of("empty", b""), "malformed"),
        (of("bytes", &[0xff, 0xfe, 0x00, 0x80, b'\n']), "malformed"),
        (of("utf8", b"{\"order\":1,\"cardNumber\":\"\xff\"}"), "malformed"),
        (of("deep", "[".repeat(100_000).as_bytes()), "malformed"),
        (of("type", br#"{"order":"4111","cardNumber":"4111"}"#), "malformed"),
        (of("missing", br#"{"cardNumber":"4111"}"#), "malformed"),
        (
            of("twice", br#"{"order":1,"order":2,"cardNumber":"4111"}"#),
            "malformed",
        ),
        (of("more", br#"{"order":1,"cardNumber":"4111"} {}"#), "malformed"),
        (with(good("xml"), ":content_type", "text/xml"), "content_type"),
        (
            with(good("avro"), ":content_type", "avro/binary; charset=utf-8"),
            "content_type",
        ),
        (structured("list", "[]"), "not_a_cloudevent"),
        (structured("broken", "{\"specversion\":\"1.0\","), "not_a_cloudevent"),
        (structured("nothing", "{}"), "not_a_cloudevent"),
        (without(good("plain"), "cloudEvents_"), "not_a_cloudevent"),
        (with(good("old"), "cloudEvents_specversion", "0.3"), "not_a_cloudevent"),
        (
            with(good("long"), "cloudEvents_id", &"i".repeat(300)),
            "not_a_cloudevent",
        ),
        (with(good("nobody"), "cloudEvents_source", ""), "not_a_cloudevent"),
    ];
    refused(stage, cases).await;
}

/// Fault matrix 35, on the way in: kept whole, but for the headers that no queue could take again.
async fn too_large_to_take(stage: &Stage) {
    const TYPE: &str = "order.placed.v1";
    let good = |id: &str| stage.message(TYPE, id, GOOD);
    let body = format!(r#"{{"order":1,"cardNumber":"{}"}}"#, "4".repeat(2 << 20));
    let mut many = good("many");
    for n in 0..if stage.url().is_some() { 5000 } else { 900 } {
        many.message.headers.push(&format!("x-n-{n}"), "1");
    }
    let cases = vec![
        (stage.message(TYPE, "body", body), "too_large"),
        (with(good("header"), "x-foreign", &"4".repeat(80 << 10)), "too_large"),
        (many, "too_large"),
    ];
    refused(stage, cases).await;
    let dead = stage
        .start(stage.service().state(Seen::<u32>::new()).handle::<note>())
        .await;
    let found = letters(&dead, "note", 3).await;
    let header = found
        .iter()
        .find(|letter| letter.id.as_deref() == Some("header"))
        .unwrap();
    assert_eq!(header.message.headers.get("x-foreign"), None);
    assert_eq!(header.message.headers.get("x-evt-headers-left-out"), Some("1"));
    assert_eq!(
        header.message.headers.get("cloudEvents_type"),
        Some(TYPE),
        "what fits stays"
    );
    let many = found
        .iter()
        .find(|letter| letter.id.as_deref() == Some("many"))
        .unwrap();
    assert!(many.message.headers.len() < 300, "{}", many.message.headers.len());
    dead.shutdown().await;
}

/// Fault matrix 36.
async fn unknown_types_and_versions(stage: &Stage) {
    let service = stage
        .start(stage.service().state(Seen::<u32>::new()).handle::<note>())
        .await;
    // Somebody has bound too much by hand.
    let wire = stage.connect();
    let wide = Topology {
        bindings: vec![Binding {
            source: stage.bus.clone(),
            destination: Destination::Queue(stage.names().queue("note")),
            key: "#".to_owned(),
        }],
        ..Topology::default()
    };
    wire.apply(&wide).await.unwrap();
    wire.close().await;
    service.shutdown().await;
    let types = [
        "order.placed.v9",
        "order.placed.v0",
        "order.placed.v99999999999",
        "order.shipped.v1",
        "order.placed",
        "v1",
    ];
    let cases = types.map(|name| (stage.message(name, name, GOOD), "unknown_contract"));
    refused(stage, cases.into()).await;
}

/// Fault matrix 37: the permissions of the broker are about the routing key, so it must say what the type says.
async fn a_foreign_routing_key(stage: &Stage) {
    let mut sneaked = stage.message("order.placed.v2", "sneaked", GOOD);
    sneaked = with(sneaked, "cloudEvents_type", "order.placed.v1");
    let mut other = stage.message("order.placed.v1", "other", GOOD);
    other = with(other, "cloudEvents_type", "payment.taken.v1");
    refused(
        stage,
        vec![(sneaked, "foreign_routing_key"), (other, "foreign_routing_key")],
    )
    .await;
}

#[handler(retry(attempts = 2, from = "1ms", to = "1ms"))]
async fn counted(_: Placed, at: Context, seen: State<Seen<(u32, bool)>>) -> Result<(), BoxError> {
    seen.push((at.attempt, at.replay));
    Err("always")?
}

/// What a producer says about attempts, replays and origins is not ours: only our own return path is believed.
async fn a_history_that_is_not_ours(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<counted>())
        .await;
    let mut forged = stage.message("order.placed.v1", "forged", GOOD);
    for (name, value) in [
        ("x-evt-attempt", "4294967295"),
        ("x-evt-history", "[]"),
        ("x-evt-origin-key", "payment.taken.v1"),
        ("x-evt-origin-user", "admin"),
        ("x-evt-replay-id", "1"),
    ] {
        forged = with(forged, name, value);
    }
    stage.send(vec![forged]).await[0].clone().unwrap();
    let letter = letters(&service, "counted", 1).await.remove(0);
    assert_eq!(seen.all(), [(1, false), (2, false)]);
    assert_eq!((letter.attempts, letter.history.len()), (2, 2));
    assert_ne!(letter.user.as_deref(), Some("admin"));
    assert_eq!(letter.event_type, "order.placed.v1");
    service.shutdown().await;
}
