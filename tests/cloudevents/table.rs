//! What is read and what is refused, in all four forms, and whether Python agrees.

use super::form::{FORMS, Form};
use super::judge::ask;
use super::memory::task;
use event_runtime::envelope::Attributes;
use event_runtime::message::Message;
use serde_json::{Map, Value, json};

/// One change of a good event, and what is made of it.
struct Case {
    what: &'static str,
    change: Value,
    /// `None`: it is read; otherwise a part of the error.
    refused: Option<&'static str>,
    /// Whether Python reads it as well; it makes up what is missing.
    python: bool,
}

fn case(what: &'static str, change: Value, refused: Option<&'static str>) -> Case {
    Case {
        what,
        change,
        refused,
        python: refused.is_none(),
    }
}

/// As `case`, for which Python has another rule.
fn python_differs(what: &'static str, change: Value, refused: Option<&'static str>) -> Case {
    Case {
        what,
        change,
        refused,
        python: refused.is_some(),
    }
}

/// Changes that hold in every form. A change to null takes the attribute away.
fn cases() -> Vec<Case> {
    vec![
        case("as it is", json!({}), None),
        case(
            "only what is required",
            json!({"time": null, "subject": null, "partitionkey": null}),
            None,
        ),
        case(
            "unicode",
            json!({"subject": "o-é-東京-🦀", "source": "/ümläut", "id": "ß\u{200b}"}),
            None,
        ),
        case("escapes", json!({"subject": "a\"b\\c\nd\te"}), None),
        case("an integer extension", json!({"sampledrate": 30, "sequence": 5}), None),
        case("a bool extension", json!({"urgent": true}), None),
        case(
            "a later trace version",
            json!({"traceparent": "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"}),
            None,
        ),
        case("a trace that is none", json!({"traceparent": "00-nonsense"}), None),
        case("an id of 255 bytes", json!({"id": "i".repeat(255)}), None),
        case("empty id", json!({"id": ""}), Some("there is no `id`")),
        case("empty source", json!({"source": ""}), Some("there is no `source`")),
        case("missing source", json!({"source": null}), Some("there is no `source`")),
        case("missing type", json!({"type": null}), Some("there is no `type`")),
        case(
            "specversion 2.0",
            json!({"specversion": "2.0"}),
            Some("`specversion` is `2.0`"),
        ),
        python_differs("missing id", json!({"id": null}), Some("there is no `id`")),
        python_differs(
            "missing specversion",
            json!({"specversion": null}),
            Some("there is no `specversion`"),
        ),
        python_differs(
            "specversion 0.3",
            json!({"specversion": "0.3"}),
            Some("`specversion` is `0.3`"),
        ),
        python_differs(
            "a type without version",
            json!({"type": "order.placed"}),
            Some("not among the events"),
        ),
        python_differs(
            "an id of 256 bytes",
            json!({"id": "i".repeat(256)}),
            Some("1 to 255 bytes"),
        ),
        python_differs(
            "a subject of 5000 bytes",
            json!({"subject": "s".repeat(5000)}),
            Some("`subject` has 5000 bytes"),
        ),
        python_differs("empty subject", json!({"subject": ""}), None),
        python_differs("an extension with a bad name", json!({"my_ext": "x"}), None),
    ]
}

pub(crate) fn attributes(change: &Value) -> Map<String, Value> {
    let good = json!({
        "specversion": "1.0",
        "id": "0192f2e0-0000-7000-8000-000000000000",
        "source": "checkout",
        "type": "order.placed.v2",
        "time": "2026-01-02T03:04:05.678Z",
        "subject": "o-1",
        "partitionkey": "o-1",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    });
    let Value::Object(mut good) = good else { unreachable!() };
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(good.remove(name)),
            value => drop(good.insert(name.clone(), value.clone())),
        }
    }
    good
}

/// A structured event is unfolded in `room`.
pub(crate) fn read<'a>(message: &'a Message, room: &'a mut Option<Message>) -> Result<Attributes<'a>, String> {
    Attributes::read(message, room, "", false).map_err(|error| error.to_string())
}

/// Holds what was read against the attributes that were sent.
pub(crate) fn check(read: &Attributes<'_>, sent: &Map<String, Value>, what: &str) {
    let text = |name: &str| match sent.get(name)? {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let is = |value: Option<&str>| value.map(str::to_owned);
    assert_eq!(Some(read.id.to_string()), text("id"), "{what}");
    assert_eq!(Some(read.source.to_owned()), text("source"), "{what}");
    assert_eq!(Some(read.type_name()), text("type"), "{what}");
    assert_eq!(is(read.subject), text("subject"), "{what}");
    assert_eq!(is(read.partition_key), text("partitionkey"), "{what}");
    assert_eq!(is(read.sequence), text("sequence"), "{what}");
    assert_eq!(read.time().map(|time| time.to_string()), text("time"), "{what}");
    assert_eq!(serde_json::from_slice::<Value>(read.data).unwrap(), data(), "{what}");
}

pub(crate) fn data() -> Value {
    json!({"order": "o-1", "lines": [1, 2.5, null, "é"]})
}

/// Compares Python's verdicts with the expected ones; the name says which message.
fn judge(verdicts: &[(String, bool, Message)]) {
    let tasks: Vec<_> = verdicts.iter().map(|(_, _, message)| task(message)).collect();
    for ((what, expected, _), answer) in verdicts.iter().zip(ask(&tasks)) {
        assert_eq!(answer["refused"].is_null(), *expected, "Python on {what}: {answer}");
        if *expected && what.contains("as it is") {
            assert_eq!(answer["data"], data(), "{what}");
        }
    }
}

#[test]
fn every_form_by_every_name() {
    let mut verdicts = Vec::new();
    for Case {
        what,
        change,
        refused,
        python,
    } in cases()
    {
        let attributes = attributes(&change);
        for form in FORMS {
            for content_type in form.content_types() {
                let what = format!("{what}, {form:?}, {content_type}");
                let message = form.message(content_type, &attributes, &data());
                match (read(&message, &mut None), refused) {
                    (Ok(read), None) => check(&read, &attributes, &what),
                    (Err(error), Some(why)) => assert!(error.contains(why), "{what}: {error}"),
                    (found, _) => panic!("{what}: {found:?}"),
                }
                // Python's pattern for JSON data knows lower case only, and leaves the data a text.
                verdicts.push((what, python, message));
            }
        }
    }
    verdicts.retain(|(what, ..)| !what.contains("Application/JSON"));
    judge(&verdicts);
}

#[test]
fn structured_events_by_their_bodies() {
    const START: &str = r#""specversion":"1.0","id":"1","source":"s","type":"t.v1""#;
    // Body, what is refused or the data that is read, and Python's verdict.
    let cases = [
        (format!(r#"{{{START},"data":{{"a":1}}}}"#), Ok(r#"{"a":1}"#), true),
        (
            format!(r#"{{{START},"data_base64":"eyJhIjoxfQ=="}}"#),
            Ok(r#"{"a":1}"#),
            true,
        ),
        (format!(r#"{{"data":[1],{START}}}"#), Ok("[1]"), true),
        (format!(r#"{{{START}}}"#), Ok("null"), true),
        (format!(r#"{{{START},"data":null}}"#), Ok("null"), true),
        (
            format!(r#" {{ {START} , "data" : "\u00e9" }} "#),
            Ok(r#""\u00e9""#),
            true,
        ),
        (
            format!(r#"{{{START},"data":null,"data_base64":"MQ=="}}"#),
            Ok("1"),
            true,
        ),
        (format!(r#"{{{START},"data":1,"data_base64":null}}"#), Ok("1"), false),
        (
            format!(r#"{{{START},"data":1,"subject":null,"time":null}}"#),
            Ok("1"),
            false,
        ),
        (
            format!(r#"{{{START},"data":1,"data_base64":"MQ=="}}"#),
            Err("both `data` and `data_base64`"),
            false,
        ),
        (
            format!(r#"{{{START},"data_base64":"*"}}"#),
            Err("`data_base64` is not base64"),
            true,
        ),
        (
            format!(r#"{{{START},"data_base64":1}}"#),
            Err("`data_base64` is not a text"),
            false,
        ),
        (format!(r#"{{{START},"id":"2"}}"#), Err("`id` is there twice"), true),
        (
            format!(r#"{{{START},"subject":["x"]}}"#),
            Err("`subject` is not a text"),
            false,
        ),
        (format!(r#"{{{START},"data":{{"a":1"#), Err("it ends too early"), false),
        (
            format!(r#"[{{{START}}}]"#),
            Err("expected a CloudEvent as a JSON object"),
            false,
        ),
        (String::new(), Err("it ends too early"), false),
        ("\u{feff}{}".to_owned(), Err("it is not JSON"), false),
    ];
    let mut verdicts = Vec::new();
    for (body, expected, python) in cases {
        for content_type in Form::Structured.content_types() {
            let message = Message {
                headers: [(":content_type", content_type)].into_iter().collect(),
                body: body.clone().into(),
            };
            match (read(&message, &mut None), expected) {
                (Ok(read), Ok(data)) => assert_eq!(read.data, data.as_bytes(), "{body}"),
                (Err(error), Err(why)) => assert!(error.contains(why), "{body}: {error}"),
                (found, _) => panic!("{body}: {found:?}"),
            }
            verdicts.push((body.clone(), python, message));
        }
    }
    judge(&verdicts);
}
