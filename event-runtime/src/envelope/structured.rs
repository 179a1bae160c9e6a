use super::decode::place;
use super::error::shortened;
use super::found::is_known;
use super::{DecodeError, PREFIXES};
use crate::message::{Headers, Message};
use base64::Engine as _;
use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What almost every event says it is.
pub(crate) const JSON: &str = "application/json";

/// A content type without its parameters.
pub(crate) fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Whether the content type says structured mode, with or without parameters.
///
/// # Errors
///
/// Another format than JSON, or a batch: AMQP has none.
pub(super) fn is_structured(content_type: &str) -> Result<bool, DecodeError> {
    const PREFIX: &str = "application/cloudevents";
    if content_type == JSON {
        return Ok(false);
    }
    let media_type = media_type(content_type);
    match media_type.split_at_checked(PREFIX.len()) {
        Some((start, format)) if start.eq_ignore_ascii_case(PREFIX) => {
            if format.is_empty() || format.eq_ignore_ascii_case("+json") {
                Ok(true)
            } else {
                Err(DecodeError::attribute(format!(
                    "of the structured forms only `application/cloudevents+json` is read, this is `{}`",
                    shortened(media_type)
                )))
            }
        }
        _ => Ok(false),
    }
}

/// A structured event (CloudEvents JSON format 1.0.2, section 3) as a binary one: the attributes we know as headers, the
/// data as the body.
pub(super) fn unfold(message: &Message) -> Result<Message, DecodeError> {
    let parsed: Parsed<'_> = serde_json::from_slice(&message.body)
        .map_err(|error| DecodeError::attribute(format!("the structured event is not valid: {}", place(&error))))?;
    if let Some(fault) = parsed.fault {
        return Err(DecodeError::Attribute(fault));
    }
    let body = match (parsed.data, parsed.data_base64) {
        (Some(_), Some(_)) => return Err(DecodeError::attribute("both `data` and `data_base64` are there")),
        (Some(data), None) => message.body.slice_ref(data.get().as_bytes()),
        (None, Some(text)) => base64::engine::general_purpose::STANDARD
            .decode(text.as_bytes())
            // The error of the decoder quotes a byte.
            .map_err(|_| DecodeError::attribute("`data_base64` is not base64"))?
            .into(),
        (None, None) => Bytes::from_static(b"null"),
    };
    Ok(Message {
        headers: parsed.attributes,
        body,
    })
}

#[derive(Default)]
struct Parsed<'a> {
    attributes: Headers,
    data: Option<&'a RawValue>,
    data_base64: Option<Cow<'a, str>>,
    /// The first thing that is JSON and yet no CloudEvent.
    fault: Option<String>,
}

impl<'a> Parsed<'a> {
    /// Null means absent (JSON format 1.0.2, section 2.2); a name that comes twice could be read in two ways.
    fn put(&mut self, name: &str, value: &'a RawValue) {
        if value.get() == "null" {
            return;
        }
        let again = match name {
            "data" => self.data.replace(value).is_some(),
            "data_base64" => match text(value) {
                Some(text) => self.data_base64.replace(text).is_some(),
                None => return self.fault("data_base64", "is not a text"),
            },
            _ if is_known(name) => match text(value).or_else(|| plain(value)) {
                Some(text) => self.attribute(name, &text),
                None => return self.fault(name, "is not a text"),
            },
            _ => false,
        };
        if again {
            self.fault(name, "is there twice");
        }
    }

    /// Whether it was there before.
    fn attribute(&mut self, name: &str, text: &str) -> bool {
        let name = format!("{}{name}", PREFIXES[0]);
        let again = self.attributes.get(&name).is_some();
        self.attributes.push(&name, text);
        again
    }

    fn fault(&mut self, name: &str, what: &str) {
        self.fault.get_or_insert_with(|| format!("`{name}` {what}"));
    }
}

impl<'de> Deserialize<'de> for Parsed<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Parsed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CloudEvent as a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parsed = Parsed::default();
        while let Some(name) = map.next_key::<String>()? {
            parsed.put(&name, map.next_value()?);
        }
        Ok(parsed)
    }
}

/// The text of a JSON string; `None` when it is none, or has an escape that stands for no character.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let quoted = value.get();
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str::<String>(quoted).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// A number or a bool, as written.
fn plain(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    (!text.starts_with(['"', '{', '['])).then_some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_in_the_content_type() {
        for structured in [
            "application/cloudevents+json",
            "application/cloudevents+json; charset=utf-8",
            "Application/CloudEvents+JSON;charset=UTF-8",
            "application/cloudevents",
            " application/cloudevents+json ",
        ] {
            assert_eq!(is_structured(structured), Ok(true), "{structured}");
        }
        for binary in ["", "application/json", "application/cloudevent", "é", ";"] {
            assert_eq!(is_structured(binary), Ok(false), "{binary}");
        }
        for other in [
            "application/cloudevents-batch+json",
            "application/cloudevents+avro; v=1",
            "application/cloudeventsé",
        ] {
            let error = is_structured(other).unwrap_err().to_string();
            assert!(error.contains("only `application/cloudevents+json` is read"), "{error}");
        }
    }

    fn read(body: &str) -> Result<Message, DecodeError> {
        unfold(&Message {
            headers: Headers::new(),
            body: body.as_bytes().to_vec().into(),
        })
    }

    fn fault(body: &str) -> String {
        read(body).unwrap_err().to_string()
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        assert_eq!(fault(r#"{"id":"1","id":"2"}"#), "not a CloudEvent: `id` is there twice");
        assert_eq!(
            fault(r#"{"data":1,"data":2}"#),
            "not a CloudEvent: `data` is there twice"
        );
        assert!(fault(r#"{"data":1,"data_base64":"MQ=="}"#).contains("both `data` and `data_base64`"));
        assert!(read(r#"{"mine":1,"mine":2,"id":null,"id":"2","data":null,"data_base64":"MQ=="}"#).is_ok());
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for body in [r#"{"subject":["a"]}"#, r#"{"subject":{}}"#, r#"{"subject":"\ud800"}"#] {
            assert_eq!(fault(body), "not a CloudEvent: `subject` is not a text", "{body}");
        }
        assert_eq!(
            fault(r#"{"data_base64":1}"#),
            "not a CloudEvent: `data_base64` is not a text"
        );
        assert_eq!(
            fault(r#"{"data_base64":"-"}"#),
            "not a CloudEvent: `data_base64` is not base64"
        );
        assert!(fault("[]").contains("expected a CloudEvent as a JSON object"));
    }

    #[test]
    fn values_become_texts() {
        let body = r#"{"sequence":7,"subject":true,"time":"a\u00e9\n","nested":{"id":"no"},"data":{"id":[1]}}"#;
        let Message { headers, body } = read(body).unwrap();
        assert_eq!(headers.get("cloudEvents_sequence"), Some("7"));
        assert_eq!(headers.get("cloudEvents_subject"), Some("true"));
        assert_eq!(headers.get("cloudEvents_time"), Some("aé\n"));
        assert_eq!(headers.get("cloudEvents_id"), None);
        assert_eq!(&body[..], br#"{"id":[1]}"#);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!(r#"{{"data":{}}}"#, "[".repeat(1 << 20));
        assert!(fault(&deep).contains("it is not JSON"));
        let deep = format!(r#"{{"other":{}1{}}}"#, "[".repeat(1 << 20), "]".repeat(1 << 20));
        assert!(read(&deep).is_ok());
    }
}
