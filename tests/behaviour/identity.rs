//! Who may send what, on a broker with users of its own; and what never shows in a log.

use super::events::{Does, Paid, Placed, placed};
use super::killing::Workshop;
use super::stage::{SOON, Seen, Stage, counts, letters, on_broker};
use event_runtime::prelude::*;
use event_runtime::{DeadLetter, Select};
use event_tests::{Kind, PrivateBroker, broker, eventually};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldArray, FieldTable, LongString, ShortString};
use lapin::{BasicProperties, Channel};
use std::collections::BTreeMap;

const PASSWORD: &str = "hunter2-of-the-shop";

#[handler(from = ["shop"])]
async fn cash(order: Paid, seen: State<Seen<u32>>) {
    seen.push(order.order);
}

#[handler]
async fn note(order: Placed, seen: State<Seen<u32>>) {
    seen.push(order.order);
}

/// Another client: no runtime checks what it sends.
struct Stranger {
    channel: Channel,
    bus: String,
    _connection: lapin::Connection,
}

impl Stranger {
    async fn new(url: &str, bus: &str) -> Self {
        let connection = broker::connect(url).await;
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self {
            channel,
            bus: bus.to_owned(),
            _connection: connection,
        }
    }

    /// Sends an event of `type_name` with `routing_key` and these headers besides.
    async fn sends(
        &self,
        id: &str,
        (routing_key, type_name): (&str, &str),
        more: Vec<(&str, AMQPValue)>,
        user: Option<&str>,
    ) -> Result<(), lapin::Error> {
        let text = |text: &str| AMQPValue::LongString(LongString::from(text));
        let mut headers = BTreeMap::new();
        for (name, value) in [
            ("cloudEvents_specversion", text("1.0")),
            ("cloudEvents_id", text(id)),
            ("cloudEvents_source", text("stranger")),
            ("cloudEvents_type", text(type_name)),
        ]
        .into_iter()
        .chain(more)
        {
            headers.insert(ShortString::from(name), value);
        }
        let mut properties = BasicProperties::default()
            .with_message_id(id.into())
            .with_headers(FieldTable::from(headers));
        if let Some(user) = user {
            properties = properties.with_user_id(user.into());
        }
        let body = br#"{"order":1,"cardNumber":"4111-1111"}"#;
        let options = BasicPublishOptions::default();
        let sent = self
            .channel
            .basic_publish(self.bus.as_str().into(), routing_key.into(), options, body, properties);
        sent.await?.await?;
        Ok(())
    }
}

fn addresses(key: &str) -> AMQPValue {
    let mut list = FieldArray::default();
    list.push(AMQPValue::LongString(LongString::from(key)));
    AMQPValue::FieldArray(list)
}

/// A node of its own with one more user, `shop`.
async fn with_a_shop(node: &PrivateBroker) -> String {
    node.ctl(&["add_user", "shop", PASSWORD]).await;
    node.ctl(&["set_permissions", "shop", ".*", ".*", ".*"]).await;
    format!("amqp://shop:{PASSWORD}@127.0.0.1:{}", node.port())
}

/// One node for both: it takes six seconds to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_second_addresses_and_secrets() {
    let node = PrivateBroker::start().await;
    let shop = with_a_shop(&node).await;
    on_broker(&node.url(), async |stage: &Stage| {
        who_published(stage, &shop).await;
        second_addresses(stage, &shop).await;
    })
    .await;
    on_broker(&shop, async |stage: &Stage| nothing_secret_is_logged(stage).await).await;
}

/// Fault matrix 37: only what the broker has checked counts.
async fn who_published(stage: &Stage, shop: &str) {
    const PAID: (&str, &str) = ("order.paid.v1", "order.paid.v1");
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<cash>()).await;
    let stranger = Stranger::new(shop, &stage.bus).await;
    let forged = AMQPValue::LongString("shop".into());
    stranger.sends("checked", PAID, vec![], Some("shop")).await.unwrap();
    seen.reaches(1).await;
    stranger.sends("nobody", PAID, vec![], None).await.unwrap();
    stranger
        .sends(
            "forged",
            PAID,
            vec![("x-evt-origin-user", forged.clone()), (":user_id", forged)],
            None,
        )
        .await
        .unwrap();
    // Our own user, which is `guest` here.
    service.publisher().publish(&Paid { order: 2 }).await.unwrap();
    let found = letters(&service, "cash", 3).await;
    for letter in &found {
        assert_eq!(
            (letter.reason.as_str(), letter.attempts),
            ("publisher_not_allowed", 0),
            "{letter:#?}"
        );
    }
    let error = |letter: &DeadLetter| (letter.user.clone(), letter.error.split(';').next().unwrap().to_owned());
    let mut errors: Vec<_> = found.iter().map(error).collect();
    errors.sort();
    let nobody = || (None, "published by no checked user".to_owned());
    assert_eq!(
        errors,
        [
            nobody(),
            nobody(),
            (Some("guest".to_owned()), "published by `guest`".to_owned())
        ]
    );
    // Sending it again does not make it the shop's.
    let sent = service
        .dead_letters()
        .replay("cash", &Select::all(), |_| {})
        .await
        .unwrap()
        .sent;
    assert_eq!(sent, 3);
    eventually(SOON, "refused again", async || counts(&service, "cash").dead() == 6).await;
    assert_eq!(seen.len(), 1);
    // Another user's name is refused by the broker itself.
    let refused = stranger.sends("wrong", PAID, vec![], Some("guest")).await.unwrap_err();
    assert!(refused.to_string().contains("PRECONDITION"), "{refused}");
    service.shutdown().await;
}

/// `CC` and `BCC` go around the broker's permissions; whether they arrive by such a way, the routing key tells.
async fn second_addresses(stage: &Stage, shop: &str) {
    let seen = Seen::new();
    let service = stage
        .start(
            stage
                .named(&super::stage::word("second"))
                .state(seen.clone())
                .handle::<note>(),
        )
        .await;
    let stranger = Stranger::new(shop, &stage.bus).await;
    for how in ["CC", "BCC"] {
        let to = || vec![(how, addresses("order.placed.v1"))];
        stranger
            .sends(
                &format!("{how} honest"),
                ("order.ignored.v1", "order.ignored.v1"),
                to(),
                Some("shop"),
            )
            .await
            .unwrap();
        stranger
            .sends(
                &format!("{how} sneaky"),
                ("order.ignored.v1", "order.placed.v1"),
                to(),
                Some("shop"),
            )
            .await
            .unwrap();
    }
    let mut found: Vec<_> = letters(&service, "note", 4)
        .await
        .into_iter()
        .map(|letter| (letter.id.unwrap(), letter.reason))
        .collect();
    found.sort();
    let expected = [
        ("BCC honest", "unknown_contract"),
        ("BCC sneaky", "foreign_routing_key"),
        ("CC honest", "unknown_contract"),
        ("CC sneaky", "foreign_routing_key"),
    ];
    assert_eq!(found, expected.map(|(id, reason)| (id.to_owned(), reason.to_owned())));
    // Bytes that are no text, in a header that counts and in one that does not.
    let wild = |name| vec![(name, AMQPValue::LongString(LongString::from(&b"a\xff\xfe"[..])))];
    let placed_type = ("order.placed.v1", "order.placed.v1");
    stranger
        .sends("wild", placed_type, wild("cloudEvents_subject"), None)
        .await
        .unwrap();
    let found = letters(&service, "note", 5).await;
    let letter = found
        .iter()
        .find(|letter| letter.message.headers.get(":message_id") == Some("wild"))
        .unwrap();
    assert_eq!(letter.reason, "not_a_cloudevent");
    assert!(
        letter.error.contains("`cloudEvents_subject` is not UTF-8"),
        "{}",
        letter.error
    );
    assert_eq!(seen.len(), 0);
    stranger
        .sends("foreign", placed_type, wild("x-foreign"), None)
        .await
        .unwrap();
    service.publisher().publish(&placed(2)).await.unwrap();
    seen.reaches(2).await;
    assert_eq!(counts(&service, "note").sessions, 1);
    service.shutdown().await;
}

/// Neither a body nor a password, at any level, whatever happens.
async fn nothing_secret_is_logged(stage: &Stage) {
    let workshop = Workshop::new(stage).await;
    let mut worker = workshop.worker().env("RUST_LOG", "trace").arg("run").spawn();
    workshop.order(vec![Does::Nothing, Does::Fail, Does::Sleep]).await;
    let spoilt = stage.message("work.ordered.v1", "spoilt", r#"{"number":1,"does":"4111-1111"}"#);
    stage.send(vec![spoilt]).await[0].clone().unwrap();
    for _ in 0..2 {
        worker.wait_line("dead letter", SOON).await;
    }
    eventually(SOON, "two effects", async || workshop.journal.count(Kind::Effect) == 2).await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success());
    let output = worker.output();
    assert!(
        output.contains("TRACE") || output.contains("DEBUG"),
        "the log is detailed"
    );
    for line in output.lines() {
        assert!(!line.contains("4111-1"), "a payload: {line}");
        assert!(!line.contains(PASSWORD), "a password: {line}");
    }
    workshop.close().await;
}
