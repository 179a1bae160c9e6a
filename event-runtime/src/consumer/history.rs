use super::Shared;
use crate::failure::{Class, Failed};
use crate::message::{Headers, header};
use crate::transport::Delivery;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One failed attempt, as it travels with the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Which one, from 1.
    pub attempt: u32,
    /// When it ended.
    pub at: Timestamp,
    /// `retry`, `poison`, ...
    pub class: String,
    /// The variant of the error, `panic` or `timeout`.
    pub code: String,
    /// The error and its causes, cut.
    pub error: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The machine.
    pub host: String,
    /// The program and its version.
    pub build: String,
}

/// The failed attempts of an event: how many, and the last ones in full.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    pub(crate) attempts: u32,
    pub(crate) last: Vec<Attempt>,
    pub(crate) first_failed_at: Option<Timestamp>,
}

/// What the header keeps: with [`ERROR_BYTES`] it stays below 16 KiB.
const KEPT: usize = 20;
/// The most attempts that are counted.
const MOST: u32 = 1_000_000;
/// Bytes of one error text in the history.
const ERROR_BYTES: usize = 400;

impl History {
    /// What the history of `delivery` is: only on the delay ladder the headers are sure to be ours.
    pub(super) fn of(shared: &Shared, delivery: &Delivery) -> Self {
        if shared.names.is_delay(&delivery.exchange) {
            Self::read(&delivery.message.headers)
        } else {
            Self::default()
        }
    }

    /// What a message says about itself. Headers of another form count as none: they are not ours.
    pub(crate) fn read(headers: &Headers) -> Self {
        let attempts = headers
            .get(header::ATTEMPT)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
            .min(MOST);
        if attempts == 0 {
            return Self::default();
        }
        Self {
            attempts,
            last: headers
                .get(header::HISTORY)
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default(),
            first_failed_at: headers.get(header::FIRST_FAILED_AT).and_then(|text| text.parse().ok()),
        }
    }

    /// Adds a failed attempt.
    pub(crate) fn push(&mut self, failed: &Failed, took: Duration, host: &str, build: &str) {
        self.attempts += 1;
        let at = Timestamp::now();
        self.first_failed_at.get_or_insert(at);
        if self.last.len() == KEPT {
            self.last.remove(0);
        }
        self.last.push(Attempt {
            attempt: self.attempts,
            at,
            class: class_word(failed.class).to_owned(),
            code: failed.code.to_owned(),
            error: cut(&failed.error, ERROR_BYTES).to_owned(),
            took_ms: took.as_millis() as u64,
            host: host.to_owned(),
            build: build.to_owned(),
        });
    }

    /// Writes it into the headers of a copy.
    pub(crate) fn write(&self, headers: &mut Headers) {
        headers.push_display(header::ATTEMPT, self.attempts);
        if let Some(at) = self.first_failed_at {
            headers.push_display(header::FIRST_FAILED_AT, at);
        }
        if let Ok(text) = serde_json::to_string(&self.last) {
            headers.push(header::HISTORY, &text);
        }
    }
}

pub(crate) fn class_word(class: Class) -> &'static str {
    match class {
        Class::Retry => "retry",
        Class::RetryAfter(_) => "retry_after",
        Class::Poison => "poison",
        Class::Skip => "skip",
    }
}

/// At most `bytes` of `text`, cut between characters.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}
