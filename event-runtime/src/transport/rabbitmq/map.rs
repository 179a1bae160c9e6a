//! Between AMQP's messages and ours; nothing else knows both.

use super::scrub::SUBSTITUTE;
use crate::message::{Headers, Message, Outgoing, property};
use crate::transport::{Delivery, PublishError};
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use std::collections::BTreeMap;

/// Kept for messages that are moved; nothing reads it.
const CONTENT_ENCODING: &str = ":content_encoding";
/// No properties, and yet texts that may be unreadable.
const EXCHANGE: &str = ":exchange";
const ROUTING_KEY: &str = ":routing_key";
const HEADER_NAME: &str = ":header_name";
const PERSISTENT: u8 = 2;
const RETURNS: &str = "x-delivery-count";

/// What was delivered, with its headers in `headers`.
pub(super) fn delivery(from: lapin::message::Delivery, mut headers: Headers) -> Delivery {
    headers.clear();
    let returns = read(&from.properties, &mut headers);
    for (what, text) in [(EXCHANGE, &from.exchange), (ROUTING_KEY, &from.routing_key)] {
        if is_scrubbed(text.as_str()) {
            headers.push(property::INVALID_UTF8, what);
        }
    }
    Delivery {
        tag: from.delivery_tag,
        exchange: from.exchange.into(),
        routing_key: from.routing_key.into(),
        redelivered: from.redelivered,
        returns,
        message: Message {
            headers,
            body: Bytes::from(from.data),
        },
    }
}

/// Fills `headers`; returns the broker's count of earlier deliveries.
fn read(from: &BasicProperties, headers: &mut Headers) -> u32 {
    let texts = [
        (property::MESSAGE_ID, from.message_id()),
        (property::TYPE, from.kind()),
        (property::CORRELATION_ID, from.correlation_id()),
        (property::CONTENT_TYPE, from.content_type()),
        (property::APP_ID, from.app_id()),
        (property::USER_ID, from.user_id()),
        (CONTENT_ENCODING, from.content_encoding()),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            headers.push(name, text.as_str());
            if is_scrubbed(text.as_str()) {
                headers.push(property::INVALID_UTF8, name);
            }
        }
    }
    if let Some(seconds) = from.timestamp() {
        headers.push_display(property::TIMESTAMP, seconds);
    }
    let mut returns = 0;
    for (name, value) in from.headers().iter().flat_map(FieldTable::inner) {
        let name = name.as_str();
        match name {
            RETURNS => returns = count(value),
            // Properties are the broker's to set; a header of such a name is a forgery.
            _ if name.starts_with(':') => {}
            _ => push(headers, name, value),
        }
        if is_scrubbed(name) {
            headers.push(property::INVALID_UTF8, HEADER_NAME);
        }
    }
    returns
}

/// Whether a short string was not UTF-8 when it came.
fn is_scrubbed(text: &str) -> bool {
    text.as_bytes().contains(&SUBSTITUTE)
}

fn push(headers: &mut Headers, name: &str, value: &AMQPValue) {
    match value {
        AMQPValue::LongString(text) => push_bytes(headers, name, text.as_bytes()),
        AMQPValue::ByteArray(bytes) => push_bytes(headers, name, bytes.as_slice()),
        AMQPValue::ShortString(text) => headers.push(name, text.as_str()),
        AMQPValue::Boolean(value) => headers.push_display(name, value),
        AMQPValue::ShortShortInt(value) => headers.push_display(name, value),
        AMQPValue::ShortShortUInt(value) => headers.push_display(name, value),
        AMQPValue::ShortInt(value) => headers.push_display(name, value),
        AMQPValue::ShortUInt(value) => headers.push_display(name, value),
        AMQPValue::LongInt(value) => headers.push_display(name, value),
        AMQPValue::LongUInt(value) => headers.push_display(name, value),
        AMQPValue::LongLongInt(value) => headers.push_display(name, value),
        // As RFC 3339: CloudEvents on AMQP writes times as numbers in milliseconds, this one is in seconds.
        AMQPValue::Timestamp(seconds) => match i64::try_from(*seconds).map(Timestamp::from_second) {
            Ok(Ok(time)) => headers.push_display(name, time),
            _ => headers.push_display(name, seconds),
        },
        AMQPValue::Float(value) => headers.push_display(name, value),
        AMQPValue::Double(value) => headers.push_display(name, value),
        AMQPValue::DecimalValue(decimal) => {
            headers.push_display(name, format_args!("{}e-{}", decimal.value, decimal.scale));
        }
        AMQPValue::FieldArray(_) | AMQPValue::FieldTable(_) | AMQPValue::Void => {}
    }
}

fn push_bytes(headers: &mut Headers, name: &str, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => headers.push(name, text),
        Err(_) => {
            headers.push(name, &String::from_utf8_lossy(bytes));
            headers.push(property::INVALID_UTF8, name);
        }
    }
}

fn count(value: &AMQPValue) -> u32 {
    let count = match value {
        AMQPValue::LongLongInt(count) => u32::try_from(*count),
        AMQPValue::LongInt(count) => u32::try_from(*count),
        AMQPValue::LongUInt(count) => Ok(*count),
        _ => Ok(0),
    };
    count.unwrap_or(0)
}

/// Whether the broker set it on the message's way here; a copy of the message must not carry it.
///
/// Keeping `x-death` loses the copy on its second way through a delay queue; `CC` and `BCC` would route it again.
fn is_brokers(name: &str) -> bool {
    match name.as_bytes().first() {
        Some(b'x') => {
            matches!(name, "x-death" | RETURNS | "x-acquired-count" | "x-stream-offset")
                || name.starts_with("x-first-death-")
                || name.starts_with("x-last-death-")
        }
        Some(b'C' | b'B') => matches!(name, "CC" | "BCC"),
        _ => false,
    }
}

/// A text that AMQP can take in 255 bytes.
pub(super) fn short(what: &str, text: &str) -> Result<ShortString, PublishError> {
    ShortString::try_new(text)
        .map_err(|_| PublishError::Invalid(format!("its {what} has {} bytes, AMQP takes 255", text.len())))
}

/// The properties and headers to send `outgoing` with, as `user`.
pub(super) fn properties(outgoing: &Outgoing, user: Option<&ShortString>) -> Result<BasicProperties, PublishError> {
    let mut properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
    if let Some(user) = user {
        properties = properties.with_user_id(user.clone());
    }
    let mut table = BTreeMap::new();
    for (name, text) in outgoing.message.headers.iter() {
        if name.starts_with(':') {
            properties = with_property(properties, name, text)?;
        } else if !is_brokers(name) {
            let value = || AMQPValue::LongString(LongString::from(text));
            table.entry(short("header name", name)?).or_insert_with(value);
        }
    }
    if properties.message_id().is_none() {
        return Err(PublishError::Invalid("it has no message id".into()));
    }
    Ok(properties.with_headers(FieldTable::from(table)))
}

/// `to` with one property more; of two of a name the first counts.
fn with_property(to: BasicProperties, name: &str, text: &str) -> Result<BasicProperties, PublishError> {
    Ok(match name {
        property::MESSAGE_ID if to.message_id().is_none() => to.with_message_id(short("message id", text)?),
        property::TYPE if to.kind().is_none() => to.with_type(short("type", text)?),
        property::CORRELATION_ID if to.correlation_id().is_none() => {
            to.with_correlation_id(short("correlation id", text)?)
        }
        property::CONTENT_TYPE if to.content_type().is_none() => to.with_content_type(short("content type", text)?),
        property::APP_ID if to.app_id().is_none() => to.with_app_id(short("app id", text)?),
        property::TIMESTAMP if to.timestamp().is_none() => to.with_timestamp(seconds(text)?),
        CONTENT_ENCODING if to.content_encoding().is_none() => {
            to.with_content_encoding(short("content encoding", text)?)
        }
        property::MESSAGE_ID
        | property::TYPE
        | property::CORRELATION_ID
        | property::CONTENT_TYPE
        | property::APP_ID
        | property::TIMESTAMP
        | CONTENT_ENCODING => to,
        // The connection says who we are; the note was about a delivery.
        property::USER_ID | property::INVALID_UTF8 => to,
        _ => return Err(PublishError::Invalid(format!("AMQP has no property `{name}`"))),
    })
}

fn seconds(text: &str) -> Result<u64, PublishError> {
    text.parse()
        .map_err(|_| PublishError::Invalid(format!("its timestamp `{text}` is not in seconds")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lapin::types::{ByteArray, DecimalValue, FieldArray};

    fn outgoing(headers: &[(&str, &str)]) -> Outgoing {
        Outgoing {
            exchange: "events".into(),
            routing_key: "order.placed.v1".into(),
            message: Message {
                headers: headers.iter().copied().collect(),
                body: Bytes::from_static(b"{}"),
            },
        }
    }

    fn there_and_back(headers: &[(&str, &str)]) -> Headers {
        let mut back = Headers::new();
        read(&properties(&outgoing(headers), None).unwrap(), &mut back);
        back
    }

    #[test]
    fn properties_and_headers_survive() {
        let sent = [
            (":message_id", "m1"),
            (":type", "order.placed.v1"),
            (":correlation_id", "c"),
            (":content_type", "application/json"),
            (":app_id", "checkout"),
            (":content_encoding", "gzip"),
            (":timestamp", "1700000000"),
            ("cloudEvents_source", "checkout"),
            ("empty", ""),
        ];
        let back = there_and_back(&sent);
        for (name, value) in sent {
            assert_eq!(back.get(name), Some(value), "{name}");
        }
        assert_eq!(back.len(), sent.len());
    }

    #[test]
    fn what_the_broker_added_is_not_sent_on() {
        let sent = there_and_back(&[
            (":message_id", "m"),
            (":user_id", "someone"),
            (":invalid_utf8", "note"),
            ("x-first-death-queue", "q"),
            ("x-delivery-count", "3"),
            ("CC", "elsewhere"),
            ("x-mine", "stays"),
        ]);
        let names: Vec<_> = sent.iter().map(|(name, _)| name).collect();
        assert_eq!(names, [":message_id", "x-mine"]);
    }

    #[test]
    fn we_are_who_the_connection_says() {
        let user = ShortString::try_new("orders").unwrap();
        let sent = properties(&outgoing(&[(":message_id", "m"), (":user_id", "admin")]), Some(&user)).unwrap();
        assert_eq!(sent.user_id().as_ref(), Some(&user));
        assert_eq!(sent.delivery_mode(), &Some(2));
        assert_eq!(sent.expiration(), &None);
    }

    #[test]
    fn of_two_headers_the_first_counts() {
        let sent = there_and_back(&[(":message_id", "m"), ("a", "1"), ("a", "2"), (":message_id", "n")]);
        assert_eq!(sent.get("a"), Some("1"));
        assert_eq!(sent.get(":message_id"), Some("m"));
    }

    #[test]
    fn what_amqp_cannot_carry_is_an_error() {
        let long = "n".repeat(256);
        for headers in [
            vec![(":message_id", long.as_str())],
            vec![(":message_id", "m"), (long.as_str(), "v")],
            vec![(":message_id", "m"), (":timestamp", "yesterday")],
            vec![(":message_id", "m"), (":priority", "9")],
            vec![("a", "no id")],
        ] {
            let refused = properties(&outgoing(&headers), None);
            assert!(matches!(refused, Err(PublishError::Invalid(_))), "{headers:?}");
        }
    }

    #[test]
    fn every_kind_of_value_is_text_or_left_out() {
        let table: BTreeMap<_, _> = [
            ("bool", AMQPValue::Boolean(true)),
            ("bytes", AMQPValue::ByteArray(ByteArray::from(&b"ab"[..]))),
            (
                "decimal",
                AMQPValue::DecimalValue(DecimalValue { scale: 2, value: 1234 }),
            ),
            ("int", AMQPValue::LongInt(-7)),
            ("list", AMQPValue::FieldArray(FieldArray::default())),
            ("long", AMQPValue::LongLongInt(1 << 40)),
            ("real", AMQPValue::Double(0.5)),
            ("table", AMQPValue::FieldTable(FieldTable::default())),
            ("text", AMQPValue::LongString("plain".into())),
            ("time", AMQPValue::Timestamp(1_700_000_000)),
            ("void", AMQPValue::Void),
            ("wild", AMQPValue::LongString(LongString::from(&b"a\xffb"[..]))),
            ("x-delivery-count", AMQPValue::LongLongInt(4)),
            (":user_id", AMQPValue::LongString("admin".into())),
        ]
        .into_iter()
        .map(|(name, value)| (ShortString::try_new(name).unwrap(), value))
        .collect();
        let from = BasicProperties::default().with_headers(FieldTable::from(table));
        let mut headers = Headers::new();
        assert_eq!(read(&from, &mut headers), 4);
        let found: Vec<_> = headers.iter().collect();
        let expected = [
            ("bool", "true"),
            ("bytes", "ab"),
            ("decimal", "1234e-2"),
            ("int", "-7"),
            ("long", "1099511627776"),
            ("real", "0.5"),
            ("text", "plain"),
            ("time", "2023-11-14T22:13:20Z"),
            ("wild", "a\u{fffd}b"),
            (":invalid_utf8", "wild"),
        ];
        assert_eq!(found, expected);
    }
}
