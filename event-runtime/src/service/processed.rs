use crate::envelope::EventId;
use crate::error::{Error, Result};
use crate::store::Store;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// How often the inbox is looked at: another process may be the one that handles the event.
const POLL: Duration = Duration::from_millis(50);

/// The question whether a handler has dealt with an event; see [`Running::processed`](super::Running::processed).
#[must_use = "ask: `.now()` or `.within(..)`"]
pub struct Processed {
    store: Option<Arc<dyn Store>>,
    inbox: String,
    key: [String; 1],
    handled: Arc<Notify>,
}

impl Processed {
    pub(super) fn new(store: Option<Arc<dyn Store>>, inbox: String, id: EventId, handled: Arc<Notify>) -> Self {
        Self {
            store,
            inbox,
            key: [id.to_string()],
            handled,
        }
    }

    /// For a handler with `idempotent(by = "field")`: the value of that field, instead of the event's id.
    pub fn by(mut self, field: &str, value: impl fmt::Display) -> Self {
        self.key = [format!("{field}={value}")];
        self
    }

    /// Whether it has by now.
    ///
    /// # Errors
    ///
    /// A service without a store, a store that does not answer.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn now(&self) -> Result<bool> {
        let Some(store) = &self.store else {
            return Err(Error::Setting(
                "a service without a store does not remember what it has handled; add `.store(..)`".to_owned(),
            ));
        };
        Ok(store.seen(&self.inbox, &self.key).await? == [true])
    }

    /// Waits until it has, at most this long; whether it has.
    ///
    /// `false` means not yet: the event may be on its way, on the delay ladder, or a dead letter.
    ///
    /// # Errors
    ///
    /// A service without a store, a store that does not answer.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn within(self, time: Duration) -> Result<bool> {
        let deadline = Instant::now() + time;
        loop {
            let handled = self.handled.notified();
            if self.now().await? {
                return Ok(true);
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(false);
            }
            let _ = timeout_at(deadline.min(now + POLL), handled).await;
        }
    }
}

impl fmt::Debug for Processed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processed")
            .field("inbox", &self.inbox)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
