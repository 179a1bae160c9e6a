//! An AsyncAPI 3 document.

mod channel;
mod message;

use super::Catalog;
use super::text::count;
use event_contract::json::Schemas;
use serde_json::{Map, Value, json};

impl Catalog {
    /// The service as an AsyncAPI 3.0 document, with the bindings for AMQP 0.9.1 (version 0.3.0).
    ///
    /// There is a channel for every version of an event, whose address is the routing key, and one for the queue of every
    /// handler. Messages are CloudEvents in binary mode: attributes in the headers, the event as the payload, with a
    /// draft-07 JSON Schema and an example for each. What AsyncAPI has no place for is in `x-` keys, among them those of
    /// EventCatalog.
    #[must_use]
    pub fn asyncapi(&self) -> Value {
        let mut schemas = Schemas::new("#/components/schemas/");
        let mut parts = Parts::default();
        for known in self.events.iter().flat_map(|event| &event.versions) {
            let message = message::message(self, known, &mut schemas);
            parts.messages.insert(known.type_name.clone(), message);
        }
        channel::of_events(self, &mut parts);
        channel::of_handlers(self, &mut parts);
        let mut components = Map::from_iter([("messages".to_owned(), parts.messages.into())]);
        let definitions = schemas.into_definitions();
        if !definitions.is_empty() {
            components.insert("schemas".to_owned(), definitions.into());
        }
        json!({
            "asyncapi": "3.0.0",
            "info": {
                "title": self.service,
                "version": "1.0.0",
                "description": format!(
                    "{} and {} on the bus `{}`.",
                    count(self.events.len(), "event"),
                    count(self.handlers.len(), "handler"),
                    self.names.bus,
                ),
            },
            "defaultContentType": "application/json",
            "channels": parts.channels,
            "operations": parts.operations,
            "components": components,
        })
    }
}

/// The parts of a document, by name.
#[derive(Default)]
struct Parts {
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    messages: Map<String, Value>,
}

/// A reference to what is named by `path`.
fn reference(path: &[&str]) -> Value {
    let escaped = path.iter().map(|part| part.replace('~', "~0").replace('/', "~1"));
    json!({ "$ref": format!("#/{}", escaped.collect::<Vec<_>>().join("/")) })
}
