use super::DecodeError;
use super::attributes::Found;
use base64::Engine as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The parts of a structured-mode event (CloudEvents JSON format 1.0.2, section 3).
pub(super) struct Structured<'a> {
    pub(super) attributes: Found<'a>,
    pub(super) data: Cow<'a, [u8]>,
}

/// Whether the content type says structured mode, with or without parameters.
pub(super) fn is_structured(content_type: &str) -> bool {
    let name = content_type.as_bytes();
    const PREFIX: &[u8] = b"application/cloudevents";
    name.len() >= PREFIX.len() && name[..PREFIX.len()].eq_ignore_ascii_case(PREFIX)
}

pub(super) fn read(body: &[u8]) -> Result<Structured<'_>, DecodeError> {
    let parsed: Parsed<'_> = serde_json::from_slice(body)
        .map_err(|error| DecodeError::attribute(format!("the structured event is not valid: {}", place(&error))))?;
    let data = match (parsed.data, parsed.data_base64) {
        (Some(_), Some(_)) => return Err(DecodeError::attribute("both `data` and `data_base64` are there")),
        (Some(data), None) => Cow::Borrowed(data.get().as_bytes()),
        (None, Some(text)) => Cow::Owned(
            base64::engine::general_purpose::STANDARD
                .decode(text.as_bytes())
                .map_err(|error| DecodeError::attribute(format!("`data_base64`: {error}")))?,
        ),
        (None, None) => Cow::Borrowed(&b"null"[..]),
    };
    Ok(Structured {
        attributes: parsed.attributes,
        data,
    })
}

/// Where and what, without a piece of the payload.
pub(crate) fn place(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Eof => "it ends too early",
        Category::Syntax => "it is not JSON",
        Category::Io => "it cannot be read",
        Category::Data => return data_error(error),
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

/// serde quotes names of fields, which help, and values, which may be personal: the values go.
fn data_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    for kind in ["invalid type", "invalid value", "invalid length", "unknown variant"] {
        if let Some(rest) = text.strip_prefix(kind) {
            let expected = rest.find(", expected").map_or("", |at| &rest[at + 2..]);
            return if expected.is_empty() {
                format!("{kind} (line {}, column {})", error.line(), error.column())
            } else {
                let expected = expected.split(" at line ").next().unwrap_or(expected);
                format!("{kind}: {expected} (line {}, column {})", error.line(), error.column())
            };
        }
    }
    for kind in ["missing field", "unknown field", "duplicate field"] {
        if text.starts_with(kind) {
            return text;
        }
    }
    // A message of the user's own `Deserialize`: it may quote anything.
    format!(
        "a value does not fit (line {}, column {})",
        error.line(),
        error.column()
    )
}

#[derive(Default)]
struct Parsed<'a> {
    attributes: Found<'a>,
    data: Option<&'a RawValue>,
    data_base64: Option<Cow<'a, str>>,
}

impl<'de> serde::Deserialize<'de> for Parsed<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
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
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match name.as_ref() {
                "data" => parsed.data = Some(map.next_value()?),
                "data_base64" => parsed.data_base64 = Some(map.next_value()?),
                _ => {
                    if let Some(value) = scalar(map.next_value()?) {
                        parsed.attributes.set(&name, value);
                    }
                }
            }
        }
        Ok(parsed)
    }
}

/// The text of a string, number or bool; null means absent (JSON format 1.0.2, section 2.2), the rest is no attribute.
fn scalar(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'"' => {
            let plain = &text[1..text.len() - 1];
            if plain.contains('\\') {
                serde_json::from_str::<String>(text).ok().map(Cow::Owned)
            } else {
                Some(plain.into())
            }
        }
        b'n' | b'{' | b'[' => None,
        _ => Some(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_never_quote_a_value() {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code, reason = "only its errors matter")]
        struct Card {
            number: u64,
            kind: Kind,
        }
        #[derive(Debug, serde::Deserialize)]
        enum Kind {
            Debit,
        }
        for body in [
            r#"{"number": "4111-1111"}"#,
            r#"{"number": 1, "kind": "4111-1111"}"#,
            r#"{"number": -41111111, "kind": "Debit"}"#,
            r#"{"number": 1, "number": 41111111}"#,
            r#""4111-1111""#,
        ] {
            let error = serde_json::from_str::<Card>(body).unwrap_err();
            let text = place(&error);
            assert!(!text.contains("4111"), "{text}");
            assert!(text.contains("line 1"), "{text}");
        }
    }
}
