//! No input makes reading panic, and what is read keeps its promises. Every run draws the same inputs.

use super::{Attributes, DecodeError, EventId, MAX_ATTRIBUTE, MAX_ID, Metadata, PREFIXES, Trace, decode_json};
use crate::message::{Headers, Message, property};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

pub(crate) const ROUNDS: usize = 100_000;

const ATTRIBUTES: [(&str, &str); 13] = [
    ("specversion", "1.0"),
    ("id", "0192f2e0-0000-7000-8000-000000000000"),
    ("source", "checkout"),
    ("type", "order.placed.v2"),
    ("subject", "o-1"),
    ("time", "2026-01-02T03:04:05.678Z"),
    ("dataschema", "https://example.com/order"),
    ("partitionkey", "o-1"),
    ("sequence", "7"),
    ("correlationid", "talk"),
    ("causationid", "why"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("tracestate", "vendor=1"),
];

const CONTENT_TYPES: [&str; 5] = [
    "application/json",
    "application/cloudevents+json",
    "Application/CloudEvents+JSON; charset=utf-8",
    "application/cloudevents-batch+json",
    "",
];

/// A few bytes changed, removed, repeated or cut off.
fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..rng.usize(0..4) {
        let (from, to) = (rng.usize(0..=bytes.len()), rng.usize(0..=bytes.len()));
        let range = from.min(to)..from.max(to);
        match rng.u8(0..5) {
            0 => bytes.truncate(from),
            1 => drop(bytes.drain(range)),
            2 => bytes.extend_from_within(range),
            3 => bytes.insert(from, rng.choice(br#"{}[]",:\u01-nt"#).map_or(0, |byte| *byte)),
            _ => bytes.iter_mut().skip(from).take(1).for_each(|byte| *byte = rng.u8(..)),
        }
    }
}

fn mutated(rng: &mut Rng, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    mutate(rng, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn noise(rng: &mut Rng, most: usize) -> String {
    let length = rng.usize(0..=most);
    std::iter::repeat_with(|| rng.char(..)).take(length).collect()
}

pub(crate) fn value(rng: &mut Rng, valid: &str) -> String {
    match rng.u8(0..20) {
        0 => noise(rng, 40),
        1..4 => mutated(rng, valid),
        4 => valid.repeat(rng.usize(0..300)),
        _ => valid.to_owned(),
    }
}

fn headers(rng: &mut Rng) -> Headers {
    let mut headers = Headers::new();
    let prefix = PREFIXES[rng.usize(..PREFIXES.len())];
    for (name, valid) in ATTRIBUTES {
        if rng.u8(0..20) == 0 {
            continue;
        }
        let prefix = if rng.u8(0..40) == 0 {
            PREFIXES[rng.usize(..PREFIXES.len())]
        } else {
            prefix
        };
        let name = if rng.u8(0..40) == 0 {
            mutated(rng, name)
        } else {
            name.to_owned()
        };
        headers.push(&format!("{prefix}{name}"), &value(rng, valid));
    }
    for (name, valid) in [
        (property::CONTENT_TYPE, CONTENT_TYPES[rng.usize(..CONTENT_TYPES.len())]),
        (property::MESSAGE_ID, "m-1"),
        (property::TYPE, "order.placed.v1"),
        (property::APP_ID, "checkout"),
        ("traceparent", ATTRIBUTES[11].1),
        ("tracestate", ATTRIBUTES[12].1),
    ] {
        if rng.bool() {
            headers.push(name, &value(rng, valid));
        }
    }
    if rng.u8(0..10) == 0 {
        headers.push(&noise(rng, 20), &noise(rng, 20));
    }
    headers
}

fn structured(rng: &mut Rng) -> Vec<u8> {
    let mut event = serde_json::Map::new();
    for (name, valid) in ATTRIBUTES {
        let value = match rng.u8(0..20) {
            0 => continue,
            1 => serde_json::Value::Null,
            2 => rng.i32(..).into(),
            3 => rng.bool().into(),
            4 => noise(rng, 20).into(),
            _ => valid.into(),
        };
        event.insert(name.to_owned(), value);
    }
    let data = if rng.u8(0..4) == 0 { "data_base64" } else { "data" };
    event.insert(data.to_owned(), "e30=".into());
    serde_json::to_vec(&event).unwrap()
}

pub(crate) fn message(rng: &mut Rng) -> Message {
    let mut body = match rng.u8(0..3) {
        0 => noise(rng, 60).into_bytes(),
        1 => std::iter::repeat_with(|| rng.u8(..)).take(60).collect(),
        _ => structured(rng),
    };
    mutate(rng, &mut body);
    Message {
        headers: headers(rng),
        body: body.into(),
    }
}

#[test]
fn attributes_of_anything() {
    let mut rng = Rng::with_seed(1);
    let mut good = 0;
    for round in 0..ROUNDS {
        let message = message(&mut rng);
        let mut room = None;
        let read = match Attributes::read(&message, &mut room, "order.placed.v1", rng.bool()) {
            Ok(read) => read,
            Err(error) => {
                let text = error.to_string();
                assert!(text.len() < 512 && !error.code().is_empty(), "round {round}: {text}");
                continue;
            }
        };
        good += 1;
        assert!((1..=MAX_ID).contains(&read.id.to_string().len()), "round {round}");
        let texts = [
            Some(read.source),
            read.subject,
            read.time,
            read.data_schema,
            read.partition_key,
            read.sequence,
            read.correlation_id,
            read.causation_id,
            read.trace_state,
        ];
        let fits = |text: &str| (1..=MAX_ATTRIBUTE).contains(&text.len());
        assert!(texts.into_iter().flatten().all(fits), "round {round}: {read:?}");
        assert!(read.trace.is_some() || read.trace_state.is_none(), "round {round}");
        let metadata = Metadata::from(&read);
        assert!(!metadata.correlation_id.is_empty(), "round {round}");
    }
    assert!(
        (ROUNDS / 10..ROUNDS * 9 / 10).contains(&good),
        "{good} were good: the inputs are poor"
    );
}

#[test]
fn traces_and_ids_of_anything() {
    let mut rng = Rng::with_seed(2);
    for _ in 0..ROUNDS {
        let text = value(&mut rng, ATTRIBUTES[11].1);
        if let Some(trace) = Trace::parse(&text) {
            assert_eq!(Trace::parse(&trace.to_string()), Some(trace), "{text}");
        }
        let text = value(&mut rng, ATTRIBUTES[1].1);
        if let Ok(id) = text.parse::<EventId>() {
            assert_eq!(id.to_string(), text);
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    order: String,
    cents: i64,
    lines: Vec<(String, u8)>,
    paid: Option<Paid>,
    other: serde_json::Value,
}

#[derive(Debug, Serialize, Deserialize)]
enum Paid {
    Card { number: String },
    Cash,
}

#[test]
fn bodies_of_anything() {
    const BODY: &str = r#"{"order":"SECRET","cents":-12,"lines":[["SECRET",1]],"paid":{"Card":{"number":"SECRET"}},"other":[{},"SECRET"]}"#;
    let mut rng = Rng::with_seed(3);
    assert!(decode_json::<Order>("order.placed.v1", BODY.as_bytes()).is_ok());
    for round in 0..ROUNDS {
        let mut body = BODY.as_bytes().to_vec();
        mutate(&mut rng, &mut body);
        match decode_json::<Order>("order.placed.v1", &body) {
            Ok(_) => {}
            Err(DecodeError::Body { reason, .. }) => {
                assert!(
                    !reason.contains("SECRET") && reason.contains("(line "),
                    "round {round}: {reason}"
                );
            }
            Err(other) => panic!("round {round}: {other}"),
        }
    }
}
