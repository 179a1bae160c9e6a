//! What is on the wire of a real RabbitMQ, seen by a client that knows nothing of ours.

use super::judge::{Binding, ask, read};
use super::orders::{Scene, check_read, check_written, to_write};
use base64::prelude::*;
use event_runtime::envelope::{PREFIXES, Prefix};
use event_runtime::transport::rabbitmq::RabbitMq;
use event_tests::{broker, eventually, require_broker};
use lapin::message::BasicGetMessage;
use lapin::options::{BasicGetOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel};
use serde_json::{Map, Value};
use std::time::Duration;

/// A queue of this connection that gets everything from `bus`.
async fn tap(channel: &Channel, bus: &str) -> String {
    let options = QueueDeclareOptions {
        exclusive: true,
        ..QueueDeclareOptions::default()
    };
    let queue = channel
        .queue_declare("".into(), options, FieldTable::default())
        .await
        .unwrap();
    let name = queue.name().as_str().to_owned();
    channel
        .queue_bind(
            name.as_str().into(),
            bus.into(),
            "#".into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        )
        .await
        .unwrap();
    name
}

async fn take(channel: &Channel, queue: &str, count: usize) -> Vec<BasicGetMessage> {
    let mut taken = Vec::new();
    eventually(Duration::from_secs(10), "messages in the tap", async || {
        let options = BasicGetOptions { no_ack: true };
        taken.extend(channel.basic_get(queue.into(), options).await.unwrap());
        taken.len() == count
    })
    .await;
    taken
}

/// A message for Python to read: every attribute must be a text.
fn task(message: &BasicGetMessage) -> Value {
    let headers = message.properties.headers().as_ref().unwrap();
    let text = |value: &AMQPValue| match value {
        AMQPValue::LongString(text) => text.to_string(),
        other => panic!("{other:?} is no text"),
    };
    let headers: Map<_, _> = headers
        .inner()
        .iter()
        .map(|(name, value)| (name.to_string(), text(value).into()))
        .collect();
    let headers = Value::from(headers);
    let content_type = message.properties.content_type().as_ref().map(|text| text.as_str());
    read(Binding::of(&headers), &headers, content_type, &message.data)
}

#[tokio::test]
async fn python_reads_what_we_write() {
    let url = require_broker().await;
    let connection = broker::connect(&url).await;
    let channel = connection.create_channel().await.unwrap();
    for prefix in [Prefix::Underscore, Prefix::Colon, Prefix::Dash] {
        let scene = Scene::start(RabbitMq::connect(&url).unwrap(), prefix).await;
        let queue = tap(&channel, &scene.bus).await;
        let id = scene.publish().await;
        let messages = take(&channel, &queue, 3).await;
        let tasks: Vec<_> = messages.iter().map(task).collect();
        check_read(&ask(&tasks), &scene.service, &id);
        for (message, correlation) in messages.iter().zip([None, Some(&id), None]) {
            let properties = &message.properties;
            let headers = properties.headers().as_ref().unwrap().inner();
            let attribute = |name: &str| {
                let header = PREFIXES
                    .iter()
                    .find_map(|prefix| headers.get(&*format!("{prefix}{name}")));
                header.map(|value| value.as_long_string().unwrap().to_string())
            };
            let text = |text: &Option<lapin::types::ShortString>| text.as_ref().map(ToString::to_string);
            assert_eq!(text(properties.message_id()), attribute("id"));
            assert_eq!(text(properties.kind()), attribute("type"));
            assert_eq!(text(properties.kind()).as_deref(), Some(message.routing_key.as_str()));
            assert_eq!(text(properties.app_id()).as_ref(), Some(&scene.service));
            assert_eq!(text(properties.correlation_id()), correlation.map(ToString::to_string));
            assert_eq!(text(properties.correlation_id()), attribute("correlationid"));
            assert_eq!(properties.delivery_mode(), &Some(2));
            let time: jiff::Timestamp = attribute("time").unwrap().parse().unwrap();
            assert_eq!(properties.timestamp(), &u64::try_from(time.as_second()).ok());
        }
        scene.finish().await;
    }
}

#[tokio::test]
async fn we_read_what_python_writes() {
    let url = require_broker().await;
    let connection = broker::connect(&url).await;
    let channel = connection.create_channel().await.unwrap();
    let mut scene = Scene::start(RabbitMq::connect(&url).unwrap(), Prefix::default()).await;
    let tasks = to_write();
    for (task, written) in tasks.iter().zip(ask(&tasks)) {
        let mut headers = FieldTable::default();
        for (name, value) in written["headers"].as_object().unwrap() {
            // As Python's clients encode them.
            let value = match value {
                Value::String(text) => AMQPValue::LongString(text.as_str().into()),
                Value::Number(number) => AMQPValue::LongLongInt(number.as_i64().unwrap()),
                Value::Bool(value) => AMQPValue::Boolean(*value),
                other => panic!("{other}"),
            };
            headers.insert(name.as_str().into(), value);
        }
        let content_type = written["content_type"].as_str().unwrap();
        let body = BASE64_STANDARD.decode(written["body"].as_str().unwrap()).unwrap();
        for content_type in [content_type.to_owned(), format!("{content_type}; charset=utf-8")] {
            let properties = BasicProperties::default()
                .with_content_type(content_type.as_str().into())
                .with_headers(headers.clone());
            channel
                .basic_publish(
                    scene.bus.as_str().into(),
                    "order.placed.v1".into(),
                    BasicPublishOptions::default(),
                    &body,
                    properties,
                )
                .await
                .unwrap();
            check_written(&scene.next().await, task);
        }
    }
    scene.finish().await;
}

/// RabbitMQ hands a time of AMQP 1.0 to us as a timestamp in seconds, and Python's clients write datetimes so.
#[tokio::test]
async fn a_time_may_be_an_amqp_timestamp() {
    let url = require_broker().await;
    let connection = broker::connect(&url).await;
    let channel = connection.create_channel().await.unwrap();
    let mut scene = Scene::start(RabbitMq::connect(&url).unwrap(), Prefix::default()).await;
    let mut headers = FieldTable::default();
    for (name, value) in [
        ("cloudEvents:specversion", "1.0"),
        ("cloudEvents:id", "1"),
        ("cloudEvents:source", "shop"),
        ("cloudEvents:type", "order.placed.v1"),
    ] {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    headers.insert("cloudEvents:time".into(), AMQPValue::Timestamp(1_767_323_045));
    let body = serde_json::to_vec(&super::orders::order()).unwrap();
    channel
        .basic_publish(
            scene.bus.as_str().into(),
            "order.placed.v1".into(),
            BasicPublishOptions::default(),
            &body,
            BasicProperties::default().with_headers(headers),
        )
        .await
        .unwrap();
    let (metadata, _) = scene.next().await;
    assert_eq!(metadata.time.unwrap().to_string(), "2026-01-02T03:04:05Z");
    scene.finish().await;
}
