//! Where messages go: a channel for every version of an event, and one for every queue.

use super::super::{Catalog, Handler, Known};
use super::{Parts, reference};
use crate::topology::{Argument, Queue};
use serde_json::{Map, Value, json};

const BINDING: &str = "0.3.0";

pub(super) fn of_events(catalog: &Catalog, parts: &mut Parts) {
    for known in catalog.events.iter().flat_map(|event| &event.versions) {
        let name = known.type_name.as_str();
        let mut channel = json!({
            "address": name,
            "title": name,
            "messages": messages([name]),
            "bindings": { "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": catalog.names.bus,
                    "type": "topic",
                    "durable": true,
                    "autoDelete": false,
                    "vhost": "/",
                },
                "bindingVersion": BINDING,
            } },
        });
        if !known.summary().is_empty() {
            channel["summary"] = known.summary().into();
        }
        parts.channels.insert(name.to_owned(), channel);
        if known.is_published() {
            parts.operations.insert(format!("send.{name}"), send(known));
        }
    }
}

fn send(known: &Known) -> Value {
    let name = known.type_name.as_str();
    let mut operation = json!({
        "action": "send",
        "title": format!("Publish {name}"),
        "channel": reference(&["channels", name]),
        "messages": [reference(&["channels", name, "messages", name])],
        "bindings": { "amqp": { "deliveryMode": 2, "mandatory": true, "timestamp": true, "bindingVersion": BINDING } },
    });
    if !known.published_by.is_empty() {
        operation["x-published-by"] = json!(known.published_by);
    }
    operation
}

pub(super) fn of_handlers(catalog: &Catalog, parts: &mut Parts) {
    let topology = catalog.topology();
    for handler in &catalog.handlers {
        let queues = catalog.names.queues(handler.name, handler.options.partitions());
        let Some(name) = queues.first().cloned() else {
            continue;
        };
        let versions = || catalog.events.iter().flat_map(|event| &event.versions);
        let taken: Vec<_> = versions()
            .filter(|known| known.taken_by.contains(&handler.name))
            .map(|known| known.type_name.as_str())
            .collect();
        let mut channel = json!({
            "address": name,
            "title": format!("Queue {name}"),
            "messages": messages(taken.iter().copied()),
            "bindings": { "amqp": {
                "is": "queue",
                "queue": { "name": name, "durable": true, "exclusive": false, "autoDelete": false, "vhost": "/" },
                "bindingVersion": BINDING,
            } },
            "x-dead-letter-queue": catalog.names.dead_letters(handler.name),
        });
        if let Some(queue) = topology.queues.iter().find(|queue| queue.name == name) {
            channel["x-queue-arguments"] = arguments(queue);
        }
        if queues.len() > 1 {
            channel["x-partitions"] = json!(queues);
        }
        let channel_of = |taken: &&str| reference(&["channels", &name, "messages", taken]);
        let references: Vec<_> = taken.iter().map(channel_of).collect();
        parts
            .operations
            .insert(format!("receive.{}", handler.name), receive(handler, &name, references));
        parts.channels.insert(name, channel);
    }
}

fn receive(handler: &Handler, queue: &str, messages: Vec<Value>) -> Value {
    let limits = handler
        .limits()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()));
    let mut operation = json!({
        "action": "receive",
        "title": handler.name,
        "channel": reference(&["channels", queue]),
        "messages": messages,
        "bindings": { "amqp": { "ack": true, "bindingVersion": BINDING } },
        "x-delivery": "at least once",
        "x-order": handler.order(),
        "x-on-replay": handler.on_replay(),
        "x-limits": limits.collect::<Map<_, _>>(),
    });
    if !handler.summary.is_empty() {
        operation["summary"] = handler.summary.into();
    }
    if !handler.publishes.is_empty() {
        let published: Vec<_> = handler.publishes.iter().map(|contract| contract.type_name).collect();
        operation["x-publishes"] = json!(published);
    }
    operation
}

/// A channel's messages, which are those of the components.
fn messages<'a>(names: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let of = |name: &str| (name.to_owned(), reference(&["components", "messages", name]));
    names.into_iter().map(of).collect()
}

/// The bindings have no place for these.
fn arguments(queue: &Queue) -> Value {
    let value = |argument| match argument {
        Argument::Text(text) => text.into(),
        Argument::Number(number) => number.into(),
        Argument::Yes => true.into(),
    };
    let named = queue
        .arguments()
        .into_iter()
        .map(|(name, argument)| (name.to_owned(), value(argument)));
    named.collect::<Map<_, Value>>().into()
}
