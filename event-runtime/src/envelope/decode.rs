use super::DecodeError;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// Reads a JSON body as the event `type_name`.
///
/// # Errors
///
/// [`DecodeError::Body`]; its text names line, column and field, never a value of the body. Values that are read may be
/// nested 128 deep; what the type does not ask for is skipped and may be deeper.
pub fn decode_json<T: DeserializeOwned>(type_name: &str, body: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| DecodeError::Body {
        type_name: type_name.to_owned(),
        reason: place(&error),
    })
}

/// What is wrong and where, without a piece of the payload.
pub(crate) fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // serde_json puts the place at the end; we do, too, and look at the rest.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let what = match error.classify() {
        Category::Eof => "it ends too early",
        Category::Syntax if text == "recursion limit exceeded" => "it is nested too deeply",
        Category::Syntax => "it is not JSON",
        Category::Io => "it cannot be read",
        Category::Data => &data_error(text),
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

/// serde names what it expected, which helps, and quotes what it found, which may be personal: what it found goes.
fn data_error(text: &str) -> String {
    for kind in ["missing field", "duplicate field"] {
        // These name a field of the type, and nothing else.
        let field = text
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix(" `")?.strip_suffix('`'));
        if field.is_some_and(|field| !field.contains('`')) {
            return text.to_owned();
        }
    }
    for kind in [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "unknown field",
    ] {
        if text.starts_with(kind) {
            // What was found comes before what was expected, and may hold the same words.
            let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
            return match expected.filter(|_| !text.contains(", there are no ")) {
                Some(expected) => format!("{kind}, expected {expected}"),
                None => kind.to_owned(),
            };
        }
    }
    // A message of the user's own `Deserialize`: it may quote anything.
    "a value does not fit".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its errors matter")]
    struct Card {
        number: u64,
        kind: Kind,
        owner: Option<Owner>,
        never: Option<Never>,
        pair: Option<(u8, u8)>,
    }

    #[derive(Debug, Deserialize)]
    enum Kind {
        Debit,
        Credit,
    }

    #[derive(Debug, Deserialize)]
    enum Never {}

    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Owner;

    impl TryFrom<String> for Owner {
        type Error = String;

        fn try_from(text: String) -> Result<Self, String> {
            Err(format!("nobody is called {text}"))
        }
    }

    fn reason(body: &str) -> String {
        match decode_json::<Card>("card.used.v1", body.as_bytes()) {
            Err(DecodeError::Body { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn errors_help_and_never_quote_a_value() {
        for (body, expected) in [
            (r#"{"number":"4111"}"#, "invalid type, expected u64 (line 1, column 16)"),
            (r#"{"number":-4111}"#, "invalid value, expected u64 (line 1, column 15)"),
            (
                r#"{"number":"4111, expected 4111 at line 4111"}"#,
                "invalid type, expected u64 (line 1, column 44)",
            ),
            (
                r#"{"kind":"4111, expected 4111"}"#,
                "unknown variant, expected `Debit` or `Credit` (line 1, column 29)",
            ),
            (
                r#"{"never":"4111, expected 4111"}"#,
                "unknown variant (line 1, column 30)",
            ),
            (r#"{"owner":"4111"}"#, "a value does not fit (line 1, column 16)"),
            (
                r#"{"pair":[1]}"#,
                "invalid length, expected a tuple of size 2 (line 1, column 11)",
            ),
            (
                r#"{"number":1,"number":4111}"#,
                "duplicate field `number` (line 1, column 20)",
            ),
            (r#"{"number":4111}"#, "missing field `kind` (line 1, column 15)"),
            (
                r#""4111-1111""#,
                "invalid type, expected struct Card (line 1, column 11)",
            ),
            (r#"{"number":4111"#, "it ends too early (line 1, column 14)"),
            (r#"{"number":4111x}"#, "it is not JSON (line 1, column 15)"),
            (
                r#"{"4111":1}"#,
                "unknown field, expected one of `number`, `kind`, `owner`, `never`, `pair` (line 1, column 7)",
            ),
        ] {
            assert_eq!(reason(body), expected, "{body}");
        }
    }

    #[test]
    fn nesting_is_limited_where_it_is_read() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let read = |body: &str| decode_json::<serde_json::Value>("any.v1", body.as_bytes());
        assert!(read(&nested(127)).is_ok());
        for depth in [128, 1 << 20] {
            let error = read(&nested(depth)).unwrap_err().to_string();
            assert!(error.contains("nested too deeply"), "{error}");
        }
        #[derive(Debug, Deserialize)]
        struct Empty {}
        let skipped = format!(r#"{{"other":{}}}"#, nested(1 << 20));
        assert!(decode_json::<Empty>("any.v1", skipped.as_bytes()).is_ok());
    }
}
