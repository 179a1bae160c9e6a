use super::DecodeError;
use super::structured::place;
use serde::de::DeserializeOwned;

/// Reads a JSON body as the event `type_name`.
///
/// # Errors
///
/// [`DecodeError::Body`]; its text names line, column and field, never a value of the body. Nesting deeper than 128 is
/// an error (serde_json's limit).
pub fn decode_json<T: DeserializeOwned>(type_name: &str, body: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| DecodeError::Body {
        type_name: type_name.to_owned(),
        reason: place(&error),
    })
}
