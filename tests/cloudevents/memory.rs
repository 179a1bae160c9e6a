//! What the memory transport carries.

use super::judge::{Binding, ask, read};
use super::orders::{Scene, check_read, check_written, to_write};
use base64::prelude::*;
use event_runtime::envelope::Prefix;
use event_runtime::message::{Message, Outgoing, property};
use event_runtime::topology::{Binding as Bind, Destination, Queue, Topology};
use event_runtime::transport::Transport;
use event_runtime::transport::memory::MemoryTransport;
use serde_json::{Map, Value};
use std::future::poll_fn;

/// A message for Python to read.
pub(crate) fn task(message: &Message) -> Value {
    let plain = message.headers.iter().filter(|(name, _)| !name.starts_with(':'));
    let headers: Map<_, _> = plain.map(|(name, value)| (name.to_owned(), value.into())).collect();
    let headers = Value::from(headers);
    let content_type = message.headers.get(property::CONTENT_TYPE);
    read(Binding::of(&headers), &headers, content_type, &message.body)
}

#[tokio::test]
async fn python_reads_what_we_write() {
    for prefix in [Prefix::Underscore, Prefix::Colon, Prefix::Dash] {
        let memory = MemoryTransport::new();
        let scene = Scene::start(memory.clone(), prefix).await;
        let tap = Topology {
            exchanges: Vec::new(),
            queues: vec![Queue {
                name: "tap".into(),
                delivery_limit: 50,
                single_active: false,
                dead_letter: None,
                message_ttl: None,
            }],
            bindings: vec![Bind {
                source: scene.bus.clone(),
                destination: Destination::Queue("tap".into()),
                key: "#".into(),
            }],
            ..Topology::default()
        };
        memory.apply(&tap).await.unwrap();
        let id = scene.publish().await;
        let mut session = memory.consume("tap", 10).await.unwrap();
        let mut tasks = Vec::new();
        while tasks.len() < 3 {
            let delivery = poll_fn(|cx| session.poll_next(cx)).await.unwrap();
            tasks.push(task(&delivery.message));
        }
        check_read(&ask(&tasks), &scene.service, &id);
        scene.finish().await;
    }
}

#[tokio::test]
async fn we_read_what_python_writes() {
    let memory = MemoryTransport::new();
    let mut scene = Scene::start(memory.clone(), Prefix::default()).await;
    let tasks = to_write();
    for (task, written) in tasks.iter().zip(ask(&tasks)) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let headers = written["headers"].as_object().unwrap();
        let mut message = Message {
            headers: headers.iter().map(|(name, value)| (name, text(value))).collect(),
            body: BASE64_STANDARD.decode(text(&written["body"])).unwrap().into(),
        };
        message
            .headers
            .push(property::CONTENT_TYPE, &text(&written["content_type"]));
        message.headers.push(property::MESSAGE_ID, "unrelated");
        let outgoing = Outgoing {
            exchange: scene.bus.clone(),
            routing_key: "order.placed.v1".into(),
            message,
        };
        memory.publish(vec![outgoing]).await.remove(0).unwrap();
        check_written(&scene.next().await, task);
    }
    scene.finish().await;
}
