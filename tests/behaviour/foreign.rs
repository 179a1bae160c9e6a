//! What only another client sends, on the shared broker.

use super::events::{Placed, placed};
use super::stage::{Seen, Stage, counts, letters, on_rabbitmq};
use event_runtime::message::{Headers, Outgoing};
use event_runtime::prelude::*;
use event_runtime::transport::Transport;
use event_runtime::transport::rabbitmq::RabbitMq;
use event_tests::garble::garbled;
use std::collections::BTreeMap;

#[handler]
async fn note(order: Placed, seen: State<Seen<u32>>) {
    seen.push(order.order);
}

fn with(mut message: Outgoing, name: &str, value: &str) -> Outgoing {
    let old = std::mem::take(&mut message.message.headers);
    let mut headers: Headers = old.iter().filter(|(other, _)| *other != name).collect();
    headers.push(name, value);
    message.message.headers = headers;
    message
}

/// Fault matrix 34: a text that AMQP wants in UTF-8 and that is not costs one dead letter, not the connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_that_are_not_utf8() {
    on_rabbitmq(async |stage: &Stage| not_utf8(stage).await).await;
}

async fn not_utf8(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.service().state(seen.clone()).handle::<note>();
    let service = stage.start(service).await;
    let good = |number: u32| {
        let body = format!(r#"{{"order":{number},"cardNumber":"1"}}"#);
        stage.message("order.placed.v1", &number.to_string(), body)
    };
    let cases = [
        (
            with(good(10), ":message_id", "ten\u{7f}"),
            "ten\u{1a}",
            "the message id",
        ),
        (with(good(11), ":type", "order\u{7f}"), "11", "the type"),
        (
            with(good(12), ":correlation_id", "\u{7f}\u{7f}"),
            "12",
            "the correlation id",
        ),
        (with(good(13), "x-\u{7f}", "1"), "13", "the header name"),
        (with(good(14), "cloudEvents_\u{7f}é", "1"), "14", "the header name"),
        (
            Outgoing {
                routing_key: "order.placed.v1\u{7f}".into(),
                ..good(15)
            },
            "15",
            "the routing key",
        ),
        (with(good(16), ":app_id", "é\u{7f}"), "16", "the app id"),
        (
            with(good(17), "cloudEvents_subject", "\u{7f}"),
            "17",
            "the header `cloudEvents_subject`",
        ),
    ];
    let mut messages = vec![good(1)];
    for (number, (bad, ..)) in (2..).zip(&cases) {
        messages.extend([bad.clone(), good(number)]);
    }
    let way = RabbitMq::connect(&garbled(stage.url().unwrap()).await).unwrap();
    let sent = way.publish(messages).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    way.close().await;

    let found: BTreeMap<String, String> = letters(&service, "note", cases.len())
        .await
        .into_iter()
        .map(|letter| {
            assert_eq!(letter.reason, "not_a_cloudevent", "{letter:?}");
            let id = letter.message.headers.get(":message_id").unwrap();
            (id.to_owned(), letter.error)
        })
        .collect();
    for (_, id, what) in &cases {
        assert_eq!(found[*id], format!("not a CloudEvent: {what} is not UTF-8"));
    }
    seen.reaches(cases.len() + 1).await;
    assert_eq!(seen.all(), (1..=cases.len() as u32 + 1).collect::<Vec<_>>());
    service.publisher().publish(&placed(99)).await.unwrap();
    seen.reaches(cases.len() + 2).await;
    assert_eq!(counts(&service, "note").sessions, 1, "nobody's connection ended");
    service.shutdown().await;
}
