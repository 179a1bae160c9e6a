use super::edit::EditedFrom;
use crate::consumer::{Attempt, History};
use crate::envelope::Attributes;
use crate::message::{Headers, Message, header, property};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A delivery that failed for good: its bytes as they came, and everything that happened to it.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The handler that could not take it.
    pub handler: String,
    /// The event's id, if the message has a readable one.
    pub id: Option<String>,
    /// The event's type, or the routing key with which it came.
    pub event_type: String,
    /// Its key.
    pub key: Option<String>,
    /// Who published it: the CloudEvents `source`.
    pub source: Option<String>,
    /// Who published it: the user the broker checked.
    pub user: Option<String>,
    /// The conversation it belongs to.
    pub correlation_id: Option<String>,
    /// The trace it belongs to.
    pub trace_id: Option<String>,
    /// Why it is here: `exhausted`, `poison`, `malformed`, `unknown_contract`, ...
    pub reason: String,
    /// The last error and its causes.
    pub error: String,
    /// Dead letters that failed alike have the same one.
    pub fingerprint: String,
    /// How many attempts failed.
    pub attempts: u32,
    /// The last attempts in full, oldest first.
    pub history: Vec<Attempt>,
    /// When the first attempt failed.
    pub first_failed_at: Option<Timestamp>,
    /// When it became a dead letter.
    pub dead_at: Option<Timestamp>,
    /// What it was before it was edited, the first edit first.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "without_bodies")]
    pub edited: Vec<EditedFrom>,
    /// Everything it came with.
    #[serde(skip)]
    pub message: Message,
}

impl DeadLetter {
    pub(crate) fn read(handler: &str, message: Message) -> Self {
        let headers = &message.headers;
        let history = History::read(headers);
        let address = headers.get(header::ORIGIN_KEY).unwrap_or_default();
        let mut room = None;
        let attributes = Attributes::read(&message, &mut room, address, true).ok();
        let owned = |name: &str| headers.get(name).map(str::to_owned);
        let read = attributes.as_ref();
        Self {
            handler: handler.to_owned(),
            id: read
                .map(|read| read.id.to_string())
                .or_else(|| owned(property::MESSAGE_ID)),
            event_type: read.map_or_else(|| address.to_owned(), Attributes::type_name),
            key: read.and_then(|read| read.key().map(str::to_owned)),
            source: read.map(|read| read.source.to_owned()),
            user: owned(header::ORIGIN_USER),
            correlation_id: read.map(|read| read.correlation().to_string()),
            trace_id: read.and_then(|read| Some(read.trace?.trace_id().to_string())),
            reason: reason(headers),
            error: owned(header::ERROR).unwrap_or_default(),
            fingerprint: owned(header::FINGERPRINT).unwrap_or_default(),
            attempts: history.attempts,
            history: history.last,
            first_failed_at: history.first_failed_at,
            edited: EditedFrom::read(headers),
            dead_at: headers.get(header::DEAD_AT).and_then(|text| text.parse().ok()),
            message,
        }
    }
}

/// A body may be personal.
fn without_bodies<S: Serializer>(edits: &[EditedFrom], serializer: S) -> Result<S::Ok, S::Error> {
    let shown = edits.iter().map(|edit| EditedFrom {
        body: None,
        ..edit.clone()
    });
    serializer.collect_seq(shown)
}

/// A message without our headers was moved by the broker itself: it had been given back too often.
fn reason(headers: &Headers) -> String {
    headers.get(header::REASON).unwrap_or("given_back_too_often").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::fuzz;
    use fastrand::Rng;

    const HISTORY: &str = r#"[{"attempt":1,"at":"2026-01-02T03:04:05Z","class":"retry","code":"Gateway","error":"no answer","took_ms":12,"host":"a","build":"b 1.0"}]"#;

    #[test]
    fn a_dead_letter_of_anything() {
        let mut rng = Rng::with_seed(4);
        let (mut whole, mut partial) = (0, 0);
        for round in 0..fuzz::ROUNDS {
            let mut message = fuzz::message(&mut rng);
            for (name, valid) in [
                (header::ATTEMPT, "1"),
                (header::HISTORY, HISTORY),
                (header::ORIGIN_KEY, "order.placed.v2"),
                (header::ORIGIN_USER, "checkout"),
                (header::FIRST_FAILED_AT, "2026-01-02T03:04:05Z"),
                (header::DEAD_AT, "2026-01-02T03:04:06Z"),
                (header::REASON, "exhausted"),
                (header::ERROR, "no answer"),
                (header::FINGERPRINT, "0123456789abcdef"),
            ] {
                message.headers.push(name, &fuzz::value(&mut rng, valid));
            }
            let sent = message.clone();
            let letter = DeadLetter::read("charge", message);
            assert_eq!(letter.message, sent, "round {round}: everything it came with stays");
            assert!(letter.attempts > 0 || letter.history.is_empty(), "round {round}");
            assert!(serde_json::to_string(&letter).is_ok(), "round {round}");
            match letter.history.len() {
                1 => whole += 1,
                _ => partial += 1,
            }
        }
        assert!(
            whole > fuzz::ROUNDS / 2 && partial > fuzz::ROUNDS / 20,
            "{whole} and {partial}"
        );
    }

    #[test]
    fn what_is_not_ours_is_shown_as_far_as_it_goes() {
        let headers: Headers = [(":message_id", "m"), ("x-evt-attempt", "-1"), ("x-evt-history", "{}")]
            .into_iter()
            .collect();
        let message = Message {
            headers,
            body: bytes::Bytes::from_static(b"\xff"),
        };
        let letter = DeadLetter::read("charge", message);
        assert_eq!((letter.id.as_deref(), letter.attempts), (Some("m"), 0));
        assert_eq!((&*letter.reason, &*letter.event_type), ("given_back_too_often", ""));
        assert!(letter.history.is_empty() && letter.dead_at.is_none());
    }
}
