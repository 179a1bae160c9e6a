//! How many dead letters wait, and for how long: looked at gently, for whoever watches the figures.

use crate::dead_letter::{DeadLetters, now};
use crate::stats::HandlerSnapshot;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::interval;

/// How often they are counted.
const EVERY: Duration = Duration::from_secs(30);

/// What was seen last, by handler.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<BTreeMap<&'static str, Seen>>);

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    count: u64,
    oldest: Option<Timestamp>,
    /// The oldest one was read, and is still the oldest: whether it says when it died or not.
    known: bool,
}

impl Waiting {
    fn of(&self, handler: &str) -> Option<Seen> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(handler).copied()
    }

    fn put(&self, handler: &'static str, seen: Seen) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(handler, seen);
    }

    /// Adds what was seen to a handler's figures.
    pub(super) fn fill(&self, mut snapshot: HandlerSnapshot) -> HandlerSnapshot {
        if let Some(seen) = self.of(&snapshot.handler) {
            snapshot.waiting_dead_letters = Some(seen.count);
            snapshot.oldest_dead_letter = seen.oldest.map(age);
        }
        snapshot
    }
}

/// How long ago that is.
pub(super) fn age(at: Timestamp) -> Duration {
    Duration::try_from(now().duration_since(at)).unwrap_or_default()
}

/// Counts, for as long as the service runs. The oldest one is read only when it may be another one: each reading counts.
pub(super) async fn watch(letters: DeadLetters, handlers: Vec<&'static str>, waiting: Arc<Waiting>) {
    let mut every = interval(EVERY);
    loop {
        every.tick().await;
        for handler in &handlers {
            let before = waiting.of(handler);
            match look(&letters, handler, before).await {
                Ok(Some(seen)) => waiting.put(handler, seen),
                Ok(None) => {}
                Err(error) => tracing::debug!(handler, %error, "cannot count the dead letters; later"),
            }
        }
    }
}

/// `None` while somebody reads: what they hold is not counted.
async fn look(letters: &DeadLetters, handler: &str, before: Option<Seen>) -> crate::Result<Option<Seen>> {
    if letters.is_read(handler).await? {
        return Ok(None);
    }
    let count = letters.count(handler).await?;
    let before = before.unwrap_or_default();
    let known = before.known && count >= before.count && count > 0;
    let mut seen = Seen {
        count,
        oldest: before.oldest.filter(|_| known),
        known,
    };
    if count > 0 && !known {
        seen.oldest = letters.oldest(handler).await?.and_then(|letter| letter.dead_at);
        seen.known = true;
    }
    Ok(Some(seen))
}
