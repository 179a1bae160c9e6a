//! AsyncAPI documents, judged by the official parser; the examples in them by ajv.

use super::{judge, shop};
use serde_json::{Value, json};

/// The parser's answer, without what is only advice.
fn judged(documents: &[Value]) -> Vec<Value> {
    let tasks: Vec<_> = documents
        .iter()
        .map(|document| json!({ "do": "asyncapi", "text": document.to_string() }))
        .collect();
    judge::ask(&tasks)
}

fn errors(answer: &Value) -> Vec<&Value> {
    let found = answer["found"].as_array().unwrap();
    found.iter().filter(|one| one["level"] == "error").collect()
}

#[test]
fn the_official_parser_takes_it() {
    let document = shop::service().catalog().asyncapi();
    let answer = &judged(std::slice::from_ref(&document))[0];
    assert_eq!(errors(answer), Vec::<&Value>::new());
    let warnings: Vec<_> = answer["found"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["level"] == "warning")
        .collect();
    assert_eq!(warnings, Vec::<&Value>::new());
    assert_eq!(answer["version"], "3.0.0");
    // 30 events, one of them in two versions, and 16 queues.
    assert_eq!(answer["channels"], 31 + 16);
    assert_eq!(answer["messages"], 31);
    assert_eq!(
        answer["examples"],
        2 * 30,
        "payload and headers; nobody knows the older version"
    );
    let sent = document["operations"].as_object().unwrap().values();
    let sent = sent.filter(|operation| operation["action"] == "send").count();
    assert_eq!(answer["operations"], sent + 16);
}

#[test]
fn it_says_what_is_on_the_broker() {
    let document = shop::service().catalog().asyncapi();
    let event = &document["channels"]["order.placed.v2"];
    assert_eq!(event["address"], "order.placed.v2");
    assert_eq!(event["bindings"]["amqp"]["is"], "routingKey");
    assert_eq!(event["bindings"]["amqp"]["exchange"]["name"], "shop");
    let queue = &document["channels"]["shop.check_order"];
    assert_eq!(queue["bindings"]["amqp"]["queue"]["name"], "shop.check_order");
    assert_eq!(queue["x-queue-arguments"]["x-queue-type"], "quorum");
    assert_eq!(queue["x-queue-arguments"]["x-dead-letter-exchange"], "shop.dlx");
    let taken: Vec<_> = queue["messages"].as_object().unwrap().keys().collect();
    assert_eq!(
        taken,
        ["order.placed.v1", "order.placed.v2"],
        "the older version through its upcast"
    );
    let message = &document["components"]["messages"]["order.placed.v2"];
    assert_eq!(
        message["correlationId"]["location"],
        "$message.header#/cloudEvents_correlationid"
    );
    assert_eq!(
        message["headers"]["properties"]["cloudEvents_type"]["const"],
        "order.placed.v2"
    );
    assert_eq!(message["payload"]["schema"]["properties"]["email"]["x-sensitive"], true);
    assert_eq!(message["x-eventcatalog-message-version"], "2");
    assert_eq!(
        document["operations"]["receive.review_fraud"]["x-limits"]["only from"],
        "risk, checkout"
    );
    let role = |name: &str| &document["components"]["messages"][name]["x-eventcatalog-role"];
    assert_eq!(
        (role("order.placed.v2"), role("mail.bounced.v1")),
        (&json!("provider"), &json!("client"))
    );
}

/// A judge that takes everything would prove nothing.
#[test]
fn planted_mistakes_are_found() {
    let good = shop::service().catalog().asyncapi();
    let planted = |path: &str, wrong: Value| {
        let mut document = good.clone();
        *document.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = wrong;
        (path.to_owned(), document)
    };
    let (paths, documents): (Vec<_>, Vec<_>) = [
        planted(
            "/channels/order.placed.v2/bindings/amqp/exchange/type",
            json!("x-delayed"),
        ),
        planted("/operations/send.order.placed.v2/bindings/amqp/deliveryMode", json!(7)),
        planted("/operations/send.order.placed.v2/action", json!("publish")),
        planted(
            "/operations/send.order.placed.v2/messages/0/$ref",
            json!("#/components/messages/order.placed.v2"),
        ),
        planted("/operations/receive.pack/channel/$ref", json!("#/channels/nowhere")),
        planted(
            "/components/messages/order.placed.v2/payload/schema/properties/shares/minItems",
            json!("two"),
        ),
        planted(
            "/components/messages/order.placed.v2/examples/0/payload/email",
            json!(7),
        ),
        planted(
            "/components/messages/order.placed.v2/examples/0/payload/lines/0/qty",
            json!(-1),
        ),
        planted(
            "/components/messages/order.placed.v2/examples/0/headers/cloudEvents_type",
            json!("order.placed.v3"),
        ),
    ]
    .into_iter()
    .unzip();
    for (path, answer) in paths.iter().zip(judged(&documents)) {
        assert!(
            !errors(&answer).is_empty(),
            "nobody finds the mistake at {path}: {answer:#}"
        );
    }
}
