//! Message properties: the bare minimum, and what an event of ours carries.

use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

/// How much a message says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// Persistent, nothing else.
    Bare,
    /// CloudEvents attributes as string headers, and the standard properties filled as well.
    CloudEvents,
}

impl Envelope {
    /// The properties of one message of the type `key`.
    pub(crate) fn properties(self, subject: Uuid, key: &str) -> BasicProperties {
        let persistent = BasicProperties::default().with_delivery_mode(2);
        match self {
            Self::Bare => persistent,
            Self::CloudEvents => cloud_events(persistent, subject, key),
        }
    }
}

fn cloud_events(properties: BasicProperties, subject: Uuid, key: &str) -> BasicProperties {
    let id = Uuid::now_v7().to_string();
    let now = Timestamp::now();
    let mut headers = FieldTable::default();
    let mut header = |name: &str, value: String| {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    };
    header("cloudEvents_specversion", "1.0".to_owned());
    header("cloudEvents_id", id.clone());
    header("cloudEvents_source", "checkout".to_owned());
    header("cloudEvents_type", key.to_owned());
    header("cloudEvents_subject", subject.to_string());
    header("cloudEvents_time", now.to_string());
    header("cloudEvents_correlationid", id.clone());
    header(
        "cloudEvents_traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
    );
    properties
        .with_headers(headers)
        .with_message_id(id.into())
        .with_type(key.into())
        .with_app_id("checkout".into())
        .with_content_type("application/json".into())
        .with_timestamp(now.as_second().unsigned_abs())
}
