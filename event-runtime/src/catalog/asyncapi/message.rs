//! What travels: CloudEvents in binary mode.

use super::super::{Catalog, Known};
use event_contract::Shape;
use event_contract::json::Schemas;
use serde_json::{Map, Value, json};

pub(super) fn message(catalog: &Catalog, known: &Known, schemas: &mut Schemas) -> Value {
    let prefix = catalog.prefix.as_str();
    let mut message = json!({
        "name": known.type_name,
        "title": known.type_name,
        "contentType": "application/json",
        "headers": headers(prefix, known),
        "correlationId": { "location": format!("$message.header#/{prefix}correlationid") },
        "bindings": { "amqp": { "messageType": known.type_name, "bindingVersion": "0.3.0" } },
        "x-eventcatalog-message-type": "event",
        "x-eventcatalog-message-version": known.version.get().to_string(),
        "x-eventcatalog-role": if known.is_published() { "provider" } else { "client" },
    });
    let mut put = |key: &str, value: Value| message[key] = value;
    if !known.summary().is_empty() {
        put("summary", known.summary().into());
    }
    if let Some(data) = known.data() {
        let schema = schemas.root(&Shape::Object(data));
        put(
            "payload",
            json!({ "schemaFormat": "application/schema+json;version=draft-07", "schema": schema }),
        );
    }
    if let Some(sample) = &known.sample {
        let name = format!("{} as it is published", known.type_name);
        let example = json!({ "name": name, "headers": example(catalog, known, sample), "payload": sample });
        put("examples", json!([example]));
    }
    let owner = Some(known.owner());
    for (key, value) in [
        ("x-owner", owner.filter(|owner| !owner.is_empty())),
        ("x-status", known.status().map(event_contract::Status::word)),
        ("x-key", known.key()),
        ("x-sequence", known.sequence()),
    ] {
        if let Some(value) = value {
            put(key, value.into());
        }
    }
    if !known.readers.is_empty() {
        put(
            "x-read-by",
            known.readers.iter().map(|reader| reader.consumer).collect(),
        );
    }
    message
}

/// The attributes as headers: all are texts.
fn headers(prefix: &str, known: &Known) -> Value {
    let text = |description: &str| json!({ "type": "string", "minLength": 1, "description": description });
    let only = |value: &str| json!({ "type": "string", "const": value });
    let mut attributes = vec![
        ("specversion", only("1.0")),
        ("id", text("The same for every copy of the event.")),
        ("source", text("Who publishes; id and source together name the event.")),
        ("type", only(&known.type_name)),
        ("time", json!({ "type": "string", "format": "date-time" })),
    ];
    let required: Vec<_> = attributes.iter().map(|(name, _)| format!("{prefix}{name}")).collect();
    if let Some(key) = known.key() {
        attributes.push(("subject", text(&format!("The key: `{key}`."))));
        attributes.push(("partitionkey", text(&format!("The key: `{key}`."))));
    }
    if let Some(sequence) = known.sequence() {
        let description = format!("`{sequence}` with 20 digits, so that it sorts as text.");
        attributes.push((
            "sequence",
            json!({ "type": "string", "pattern": "^[0-9]{20}$", "description": description }),
        ));
    }
    attributes.extend([
        (
            "correlationid",
            text("The same for everything that follows from one event."),
        ),
        ("causationid", text("The id of the event that led to this one.")),
        ("traceparent", text("W3C trace context of the publisher.")),
        ("tracestate", text("W3C trace state.")),
    ]);
    let properties: Map<_, _> = attributes
        .into_iter()
        .map(|(name, schema)| (format!("{prefix}{name}"), schema))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// The headers that go with a sample.
fn example(catalog: &Catalog, known: &Known, sample: &Value) -> Value {
    let source = known
        .contract
        .and_then(|contract| contract.source)
        .unwrap_or(&catalog.service);
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut attributes = vec![
        ("specversion", "1.0".to_owned()),
        ("id", "019b76da-a800-7000-8000-3b7c21f0a9d4".to_owned()),
        ("source", source.to_owned()),
        ("type", known.type_name.clone()),
        ("time", "2026-01-15T09:30:00.25Z".to_owned()),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
        ),
    ];
    if let Some(key) = known.key().map(|key| plain(&sample[key])).filter(|key| !key.is_empty()) {
        attributes.push(("subject", key.clone()));
        attributes.push(("partitionkey", key));
    }
    if let Some(number) = known.sequence().and_then(|sequence| sample[sequence].as_u64()) {
        attributes.push(("sequence", format!("{number:020}")));
    }
    let named = attributes
        .into_iter()
        .map(|(name, value)| (format!("{}{name}", catalog.prefix.as_str()), Value::from(value)));
    named.collect::<Map<_, _>>().into()
}
