use super::found::is_id;
use super::structured::is_structured;
use crate::message::{Headers, Message, property};
use serde_json::{Map, Value};

/// The same event under another id.
///
/// # Errors
///
/// A structured event that is not JSON.
pub(crate) fn rename(message: Message, id: &str) -> Result<Message, serde_json::Error> {
    let mut headers = Headers::with_capacity(message.headers.bytes() + id.len(), message.headers.len());
    for (name, value) in message.headers.iter() {
        let is_id = name == property::MESSAGE_ID || is_id(name);
        headers.push(name, if is_id { id } else { value });
    }
    let body = match holds_event(&message) {
        true => {
            let mut event: Map<String, Value> = serde_json::from_slice(&message.body)?;
            event.insert("id".to_owned(), Value::from(id));
            serde_json::to_vec(&event)?.into()
        }
        false => message.body,
    };
    Ok(Message { headers, body })
}

/// Whether the body of a message is a whole event, with the data inside.
pub(crate) fn holds_event(message: &Message) -> bool {
    let content_type = message.headers.get(property::CONTENT_TYPE);
    content_type.is_some_and(|content_type| is_structured(content_type).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_an_event_is_another() {
        let headers: Headers = [
            (":message_id", "1"),
            ("cloudEvents_id", "1"),
            ("cloudEvents:id", "1"),
            ("identity", "1"),
        ]
        .into_iter()
        .collect();
        let body = bytes::Bytes::from_static(br#"{"id":1}"#);
        let renamed = rename(Message { headers, body }, "2").expect("no JSON is needed");
        let ids: Vec<_> = renamed.headers.iter().map(|(_, value)| value).collect();
        assert_eq!(ids, ["2", "2", "2", "1"]);
        assert_eq!(&renamed.body[..], br#"{"id":1}"#, "the data is its own");
        let headers: Headers = [(":content_type", "application/cloudevents+json")]
            .into_iter()
            .collect();
        let body = bytes::Bytes::from_static(br#"{"id":"1","data":{"id":1}}"#);
        let renamed = rename(Message { headers, body }, "2").expect("JSON");
        let event: Value = serde_json::from_slice(&renamed.body).expect("JSON");
        assert_eq!(event, serde_json::json!({"id": "2", "data": {"id": 1}}));
    }
}
