//! Somebody is told when events fail in a way that is new.

#[cfg(feature = "alerts")]
mod post;
mod url;

pub(crate) use url::AlertUrl;

use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A fingerprint that was not seen for so long is new again.
const QUIET: Duration = Duration::from_secs(3600);
/// How many fingerprints are remembered; the oldest is forgotten for a new one.
const REMEMBERED: usize = 10_000;

/// What a webhook is told: nothing that came with the event but its id and type, and nothing that the handler's error says.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Alert {
    /// One line for people; chats show it.
    pub(crate) text: String,
    pub(crate) service: String,
    pub(crate) handler: String,
    pub(crate) reason: String,
    /// The variant of the error.
    pub(crate) code: String,
    pub(crate) fingerprint: String,
    #[serde(rename = "type")]
    pub(crate) event_type: Option<String>,
    pub(crate) event_id: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) host: String,
    pub(crate) build: String,
    pub(crate) at: String,
}

/// Which failures are known, and whom to tell of new ones.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    seen: Mutex<HashMap<String, Instant>>,
    #[cfg(feature = "alerts")]
    poster: Option<post::Poster>,
}

impl Alerts {
    /// Tells `url`, if there is one.
    #[cfg(feature = "alerts")]
    pub(crate) fn new(url: Option<AlertUrl>) -> Self {
        Self {
            seen: Mutex::default(),
            poster: url.map(post::Poster::new),
        }
    }

    /// Without the feature `alerts` nobody can be told; a setting that says otherwise was refused.
    #[cfg(not(feature = "alerts"))]
    pub(crate) fn new(_: Option<AlertUrl>) -> Self {
        Self::default()
    }

    /// Whether this is the first failure of its kind in this process, or the first one after a quiet hour.
    pub(crate) fn is_first(&self, fingerprint: &str) -> bool {
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = seen.get_mut(fingerprint) {
            let quiet = now.duration_since(*last) >= QUIET;
            *last = now;
            return quiet;
        }
        if seen.len() >= REMEMBERED {
            seen.retain(|_, last| now.duration_since(*last) < QUIET);
        }
        if seen.len() >= REMEMBERED {
            let oldest = seen.iter().min_by_key(|(_, last)| **last).map(|(name, _)| name.clone());
            oldest.map(|oldest| seen.remove(&oldest));
        }
        seen.insert(fingerprint.to_owned(), now);
        true
    }

    /// Tells the webhook, later and elsewhere: this returns at once.
    #[cfg(feature = "alerts")]
    pub(crate) fn tell(&self, alert: &Alert) {
        if let Some(poster) = &self.poster {
            poster.post(alert);
        }
    }

    /// There is none.
    #[cfg(not(feature = "alerts"))]
    pub(crate) fn tell(&self, _: &Alert) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_one_and_the_first_after_a_quiet_hour() {
        let alerts = Alerts::new(None);
        assert!(alerts.is_first("a") && alerts.is_first("b"));
        for _ in 0..10 {
            tokio::time::advance(Duration::from_secs(3000)).await;
            assert!(!alerts.is_first("a"), "no quiet hour in between");
        }
        assert!(alerts.is_first("b"), "quiet for hours");
        tokio::time::advance(QUIET).await;
        assert!(alerts.is_first("a"));
    }

    #[tokio::test(start_paused = true)]
    async fn texts_without_end_cost_no_memory_without_end() {
        let alerts = Alerts::new(None);
        for number in 0..REMEMBERED + 500 {
            assert!(alerts.is_first(&number.to_string()));
        }
        assert_eq!(alerts.seen.lock().expect("no panic").len(), REMEMBERED);
    }
}
