use super::DecodeError;
use super::decode::place;
use super::error::shortened;
use super::found::Found;
use base64::Engine as _;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The parts of a structured-mode event (CloudEvents JSON format 1.0.2, section 3).
#[derive(Debug)]
pub(super) struct Structured<'a> {
    pub(super) attributes: Found<'a>,
    pub(super) data: Cow<'a, [u8]>,
}

/// Whether the content type says structured mode, with or without parameters.
///
/// # Errors
///
/// Another format than JSON, or a batch: AMQP has none.
pub(super) fn is_structured(content_type: &str) -> Result<bool, DecodeError> {
    const PREFIX: &str = "application/cloudevents";
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
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

pub(super) fn read(body: &[u8]) -> Result<Structured<'_>, DecodeError> {
    let parsed: Parsed<'_> = serde_json::from_slice(body)
        .map_err(|error| DecodeError::attribute(format!("the structured event is not valid: {}", place(&error))))?;
    if let Some(fault) = parsed.fault {
        return Err(DecodeError::Attribute(fault));
    }
    let data = match (parsed.data, parsed.data_base64) {
        (Some(_), Some(_)) => return Err(DecodeError::attribute("both `data` and `data_base64` are there")),
        (Some(data), None) => Cow::Borrowed(data.get().as_bytes()),
        (None, Some(text)) => Cow::Owned(
            base64::engine::general_purpose::STANDARD
                .decode(text.as_bytes())
                // The error of the decoder quotes a byte.
                .map_err(|_| DecodeError::attribute("`data_base64` is not base64"))?,
        ),
        (None, None) => Cow::Borrowed(&b"null"[..]),
    };
    Ok(Structured {
        attributes: parsed.attributes,
        data,
    })
}

#[derive(Default)]
struct Parsed<'a> {
    attributes: Found<'a>,
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
            _ => match (self.attributes.slot(name), text(value).or_else(|| plain(value))) {
                (Some(slot), Some(text)) => slot.replace(text).is_some(),
                (Some(_), None) => return self.fault(name, "is not a text"),
                (None, _) => false,
            },
        };
        if again {
            self.fault(name, "is there twice");
        }
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

    fn fault(body: &str) -> String {
        read(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        assert_eq!(fault(r#"{"id":"1","id":"2"}"#), "not a CloudEvent: `id` is there twice");
        assert_eq!(
            fault(r#"{"data":1,"data":2}"#),
            "not a CloudEvent: `data` is there twice"
        );
        assert!(fault(r#"{"data":1,"data_base64":"MQ=="}"#).contains("both `data` and `data_base64`"));
        assert!(read(br#"{"mine":1,"mine":2,"id":null,"id":"2","data":null,"data_base64":"MQ=="}"#).is_ok());
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
        let Structured { attributes, data } = read(body.as_bytes()).unwrap();
        assert_eq!(attributes.sequence.as_deref(), Some("7"));
        assert_eq!(attributes.subject.as_deref(), Some("true"));
        assert_eq!(attributes.time.as_deref(), Some("aé\n"));
        assert_eq!(attributes.id, None);
        assert_eq!(&data[..], br#"{"id":[1]}"#);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!(r#"{{"data":{}}}"#, "[".repeat(1 << 20));
        assert!(fault(&deep).contains("it is not JSON"));
        let deep = format!(r#"{{"other":{}1{}}}"#, "[".repeat(1 << 20), "]".repeat(1 << 20));
        assert!(read(deep.as_bytes()).is_ok());
    }
}
