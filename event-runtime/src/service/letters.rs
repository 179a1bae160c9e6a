//! How dead letters look to people.

use super::command::Status;
use super::output::{line, ruled, table};
use super::redact::redact;
use crate::consumer::{Tried, cut};
use crate::dead_letter::{DeadLetter, DeadLetterGroup, Rehearsed, Replayed};
use crate::envelope::holds_event;
use event_contract::{Contract, Shape};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

macro_rules! say {
    ($($text:tt)*) => {
        line(&format!($($text)*))
    };
}

fn time(at: Option<Timestamp>) -> String {
    at.map(|at| at.strftime("%F %T").to_string()).unwrap_or_default()
}

pub(super) fn list(letters: &[DeadLetter]) {
    if letters.is_empty() {
        say!("no dead letters");
        return;
    }
    let mut rows = table(&["handler", "event", "id", "key", "reason", "attempts", "error", "since"]);
    for letter in letters {
        rows.add_row([
            letter.handler.as_str(),
            &letter.event_type,
            letter.id.as_deref().unwrap_or("-"),
            letter.key.as_deref().unwrap_or("-"),
            &letter.reason,
            &letter.attempts.to_string(),
            cut(&letter.error, 120),
            &time(letter.dead_at),
        ]);
    }
    say!("{rows}");
    say!(
        "{} dead letters; `dlq show ID` tells everything, `dlq replay` sends them again",
        letters.len()
    );
}

/// What failed alike.
pub(super) fn groups(groups: &[DeadLetterGroup]) {
    if groups.is_empty() {
        say!("no dead letters");
        return;
    }
    let mut rows = ruled(&[
        "count",
        "handler",
        "events",
        "keys",
        "reason",
        "error",
        "first and last",
        "fingerprint, an id",
    ]);
    for group in groups {
        rows.add_row([
            &group.count.to_string(),
            &group.handler,
            &group.event_types.join("\n"),
            &some(&group.keys, group.count),
            &group.reason,
            cut(&group.error, 120),
            &format!("{}\n{}", time(group.first_dead_at), time(group.last_dead_at)),
            &format!("{}\n{}", group.fingerprint, group.example_id.as_deref().unwrap_or("-")),
        ]);
    }
    say!("{rows}");
    let count: u64 = groups.iter().map(|group| group.count).sum();
    say!(
        "{count} dead letters in {} groups; `dlq list --fingerprint ..` lists those of a group, `dlq show ID` tells everything of one",
        groups.len()
    );
}

/// How it stands with the dead letters of each handler.
pub(super) fn status(all: &[Status]) {
    let mut rows = table(&["handler", "dead letters", "oldest since", "age"]);
    for one in all {
        let count = match one.being_read {
            true => format!("{} (somebody reads, and may hold others)", one.count),
            false => one.count.to_string(),
        };
        let age = one.oldest_seconds.map(Duration::from_secs);
        rows.add_row([
            one.handler,
            &count,
            &time(one.oldest),
            &age.map(super::window::text).unwrap_or_default(),
        ]);
    }
    say!("{rows}");
}

/// What a replay did.
pub(super) fn replayed(handler: &str, replayed: &Replayed) {
    say!("{handler}: {} sent again, {} left", replayed.sent, replayed.left);
    for failed in &replayed.failed {
        let how = if failed.new {
            "in another way"
        } else {
            "in the same way"
        };
        say!(
            "  {} failed again, {how} ({}): {}",
            failed.id,
            failed.reason,
            cut(&failed.error, 300)
        );
    }
    if let Some(why) = &replayed.stopped {
        say!("  stopped: {why}");
    }
}

/// What would happen in a replay.
pub(super) fn rehearsed(handler: &str, all: &[Rehearsed]) {
    let mut rows = table(&["id", "outcome", "error"]);
    let mut good = 0;
    for one in all {
        let (outcome, error) = match &one.tried {
            Tried::WouldSucceed => {
                good += 1;
                ("would succeed".to_owned(), "")
            }
            Tried::HandledBefore => ("was handled before".to_owned(), ""),
            Tried::Readable => ("can be read".to_owned(), ""),
            Tried::WouldWait => ("would wait: its key is held".to_owned(), ""),
            Tried::WouldFail { class, error, .. } if class == "skip" => ("would be skipped".to_owned(), error.as_str()),
            Tried::WouldFail { class, code, error } => (format!("would fail: {class}, {code}"), error.as_str()),
            Tried::Refused { reason, error } => (format!("would be refused: {reason}"), error.as_str()),
            Tried::Unknown { error } => ("unknown".to_owned(), error.as_str()),
        };
        rows.add_row([one.id.as_deref().unwrap_or("-"), &outcome, cut(error, 120)]);
    }
    if !all.is_empty() {
        say!("{rows}");
    }
    say!("{handler}: {good} of {} would succeed", all.len());
}

/// Some of the keys, and whether there may be more.
fn some(keys: &[String], count: u64) -> String {
    let dots = if keys.len() < 5 || count <= 5 { "" } else { "\n.." };
    format!("{}{dots}", keys.join("\n"))
}

pub(super) fn show(letter: &DeadLetter, contracts: &[&Contract], raw: bool) {
    let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for (name, value) in [
        ("id", optional(&letter.id)),
        ("event", letter.event_type.clone()),
        ("key", optional(&letter.key)),
        ("handler", letter.handler.clone()),
        ("reason", letter.reason.clone()),
        ("error", letter.error.clone()),
        ("fingerprint", letter.fingerprint.clone()),
        ("source", optional(&letter.source)),
        ("user", optional(&letter.user)),
        ("correlation", optional(&letter.correlation_id)),
        ("trace", optional(&letter.trace_id)),
        (
            "first failed",
            letter.first_failed_at.map(|at| at.to_string()).unwrap_or_default(),
        ),
        (
            "dead since",
            letter.dead_at.map(|at| at.to_string()).unwrap_or_default(),
        ),
    ] {
        say!("{name:>12}  {value}");
    }
    if !letter.history.is_empty() {
        let mut rows = table(&["attempt", "at", "took", "class", "code", "error", "host", "build"]);
        for attempt in &letter.history {
            rows.add_row([
                attempt.attempt.to_string(),
                attempt.at.strftime("%F %T%.3f").to_string(),
                format!("{} ms", attempt.took_ms),
                attempt.class.clone(),
                attempt.code.clone(),
                attempt.error.clone(),
                attempt.host.clone(),
                attempt.build.clone(),
            ]);
        }
        say!("{rows}");
    }
    say!("{}", body(letter, contracts, raw));
}

fn body(letter: &DeadLetter, contracts: &[&Contract], raw: bool) -> String {
    if raw {
        return letter.message.body.escape_ascii().to_string();
    }
    match redacted(letter, &letter.message.body, contracts) {
        Ok(value) => format!("{value:#}"),
        Err(why) => why,
    }
}

/// A body, with the sensitive fields of its contract redacted; anything else only when asked for: what the contract
/// does not know may be just as sensitive.
///
/// # Errors
///
/// What it is instead of a body that can be shown.
pub(super) fn redacted(letter: &DeadLetter, bytes: &[u8], contracts: &[&Contract]) -> Result<Value, String> {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else {
        return Err(format!(
            "the body is not JSON: {} bytes; `--raw` shows them, sensitive ones too",
            bytes.len()
        ));
    };
    let name = event_contract::split_type(&letter.event_type).map_or(letter.event_type.as_str(), |(name, _)| name);
    let known = contracts
        .iter()
        .filter(|contract| contract.name == name)
        .collect::<Vec<_>>();
    if known.is_empty() {
        return Err(format!(
            "the body is {} bytes of an event unknown here; `--raw` shows them",
            bytes.len()
        ));
    }
    if !value.is_object() {
        return Err(format!(
            "the body is no JSON object: {} bytes; `--raw` shows them, sensitive ones too",
            bytes.len()
        ));
    }
    let forms: Vec<_> = known.iter().map(|contract| Shape::Object(contract.data)).collect();
    match value.as_object_mut().filter(|_| holds_event(&letter.message)) {
        Some(event) => {
            // Of a whole event what is inside has the contract, and the attributes are shown as those of every other one.
            for (name, value) in event {
                match name.as_str() {
                    "data" => redact(value, &forms),
                    "id" | "source" | "type" | "specversion" | "time" | "datacontenttype" | "partitionkey" => {}
                    _ => *value = Value::from("[not in the contract]"),
                }
            }
        }
        None => redact(&mut value, &forms),
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Headers, Message, property};
    use event_contract::{Field, Object, Version, sorted};

    fn shown(body: &'static str, raw: bool) -> String {
        const FIELDS: [Field; 2] = sorted([
            Field::new("order", Shape::Any),
            Field::new("email", Shape::STRING).sensitive(),
        ]);
        const DATA: Object = Object::new("OrderPlaced", &FIELDS);
        let contract = Contract::new("order.placed", Version::FIRST, "order.placed.v1").with_data(&DATA);
        let mut headers = Headers::new();
        headers.push(property::MESSAGE_ID, "1");
        headers.push(property::TYPE, "order.placed.v9");
        let message = Message {
            headers,
            body: body.into(),
        };
        super::body(&DeadLetter::read("h", message), &[&contract], raw)
    }

    #[test]
    fn only_what_the_contract_calls_harmless_is_shown() {
        let body = r#"{"order":7,"email":"ada@example.org","phone":"555"}"#;
        let text = shown(body, false);
        assert!(text.contains("\"order\": 7"), "{text}");
        assert!(text.contains("\"email\": \"[redacted]\""), "{text}");
        assert!(text.contains("\"phone\": \"[not in the contract]\""), "{text}");
        for secret in ["\"ada@example.org\"", "[\"ada@example.org\"]", "ada@example.org"] {
            assert!(!shown(secret, false).contains("ada"), "{secret}");
        }
        assert!(shown(body, true).contains("ada"));
    }
}
