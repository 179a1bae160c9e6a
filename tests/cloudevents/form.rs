//! The four forms of an event on AMQP.

use event_runtime::message::{Headers, Message, property};
use serde_json::{Map, Value};

/// Binary with one of three prefixes, or structured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Binary(&'static str),
    Structured,
}

pub(crate) const FORMS: [Form; 4] = [
    Form::Binary("cloudEvents_"),
    Form::Binary("cloudEvents:"),
    Form::Binary("ce-"),
    Form::Structured,
];

impl Form {
    /// The content types that mean this form.
    pub(crate) fn content_types(self) -> [&'static str; 4] {
        match self {
            Self::Binary(_) => [
                "application/json",
                "application/json; charset=utf-8",
                "Application/JSON",
                "application/json;charset=UTF-8",
            ],
            Self::Structured => [
                "application/cloudevents+json",
                "application/cloudevents+json; charset=utf-8",
                "Application/CloudEvents+JSON",
                "APPLICATION/CLOUDEVENTS+JSON;charset=UTF-8",
            ],
        }
    }

    /// An event with these attributes and this data.
    pub(crate) fn message(self, content_type: &str, attributes: &Map<String, Value>, data: &Value) -> Message {
        let mut headers = Headers::new();
        headers.push(property::CONTENT_TYPE, content_type);
        let body = match self {
            Self::Binary(prefix) => {
                for (name, value) in attributes {
                    // A header has no null; the broker's numbers and bools reach us as texts.
                    let text = match value {
                        Value::Null => continue,
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    headers.push(&format!("{prefix}{name}"), &text);
                }
                data.to_string()
            }
            Self::Structured => {
                let mut event = attributes.clone();
                event.insert("data".into(), data.clone());
                Value::from(event).to_string()
            }
        };
        Message {
            headers,
            body: body.into(),
        }
    }
}
