use crate::consumer::{Drained, Line, Shared, Slot, Work, inbox};
use crate::dead_letter::DeadLetter;
use crate::error::{Error, Result};
use crate::store::{HeldCount, HeldKey, LineRow, Store};
use std::fmt;
use std::sync::Arc;

/// The keys that a service's handlers hold, because one of their events has failed for good: those of handlers that are
/// `idempotent`, also when they had an order only before.
///
/// See [`Running::held`](super::Running::held).
#[derive(Clone)]
pub struct Held {
    store: Option<Arc<dyn Store>>,
    service: String,
    handlers: Vec<Holder>,
}

/// A handler that can hold keys, or could, and how to call it.
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) shared: Arc<Shared>,
    pub(super) make_slot: Arc<dyn Fn() -> Box<dyn Slot> + Send + Sync>,
}

/// An event in the line of a held key.
#[derive(Debug, Clone, serde::Serialize)]
#[non_exhaustive]
pub struct Lined {
    /// Its place in the line.
    pub place: i64,
    /// Why it failed; `None` when it waits behind one that did.
    pub reason: Option<String>,
    /// The event, and the history of its failures.
    pub event: DeadLetter,
}

impl Held {
    pub(super) fn new(store: Option<Arc<dyn Store>>, service: String, handlers: Vec<Holder>) -> Self {
        Self {
            store,
            service,
            handlers,
        }
    }

    /// The handlers that can hold keys.
    pub fn handlers(&self) -> impl Iterator<Item = &'static str> {
        self.handlers.iter().map(|handler| handler.shared.handler)
    }

    fn store(&self) -> Result<&dyn Store> {
        let missing = || Error::Setting("a service without a store holds no keys; add `.store(..)`".to_owned());
        self.store.as_deref().ok_or_else(missing)
    }

    fn holder(&self, handler: &str) -> Result<&Holder> {
        let found = self.handlers.iter().find(|holder| holder.shared.handler == handler);
        found.ok_or_else(|| {
            let all: Vec<_> = self.handlers().collect();
            Error::NotFound(match all.is_empty() {
                true => "no handler of this service holds keys: that needs `ordered_by` and `idempotent`, and a store"
                    .to_owned(),
                false => format!("`{handler}` holds no keys; these do: {}", all.join(", ")),
            })
        })
    }

    /// How many keys `handler` holds, and how many events wait for them.
    ///
    /// # Errors
    ///
    /// No such handler, a store that does not answer.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn count(&self, handler: &str) -> Result<HeldCount> {
        self.holder(handler)?;
        Ok(self.store()?.held_count(&inbox(&self.service, handler)).await?)
    }

    /// The keys that `handler` holds, the oldest first, at most 10,000.
    ///
    /// # Errors
    ///
    /// No such handler, a store that does not answer.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn keys(&self, handler: &str) -> Result<Vec<HeldKey>> {
        self.holder(handler)?;
        Ok(self.store()?.held_keys(&inbox(&self.service, handler), SHOWN).await?)
    }

    /// The events in the line of `key`, in their order, at most 10,000. The first one is the one that failed.
    ///
    /// # Errors
    ///
    /// No such handler, a store that does not answer.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn line(&self, handler: &str, key: &str) -> Result<Vec<Lined>> {
        self.holder(handler)?;
        let rows = self.store()?.line(&inbox(&self.service, handler), key, SHOWN).await?;
        let lined = |row: LineRow| Lined {
            place: row.id,
            reason: row.reason,
            event: DeadLetter::read(handler, row.outgoing.message),
        };
        Ok(rows.into_iter().map(lined).collect())
    }

    /// Handles the events in the line of `key` in their order, in this process, and lets go of the key when the line is empty.
    ///
    /// The effect of each event commits together with its removal from the line; events of the key that arrive in the
    /// meantime line up behind. It ends at the first event that fails again, with the attempts that the handler has; that one
    /// and all behind it stay.
    ///
    /// # Errors
    ///
    /// No such handler, no such key. A store that does not answer is waited for.
    ///
    /// # Cancel safety
    ///
    /// A dropped call leaves the key held; what is handled by then is gone from the line.
    pub async fn replay(&self, handler: &str, key: &str) -> Result<Drained> {
        let holder = self.holder(handler)?;
        self.must_be_held(handler, key).await?;
        let mut slot = (holder.make_slot)();
        slot.start(Work::Line(Box::new(Line {
            key: key.to_owned(),
            drained: Drained::default(),
        })));
        match std::future::poll_fn(|cx| slot.poll(cx)).await {
            Work::Line(line) => Ok(line.drained),
            _ => Ok(Drained::default()),
        }
    }

    /// Gives up on the first event in the line of `key`: it becomes a dead letter. The next event is the first one then; without
    /// one the key is let go. The id of the event, `None` when the line is empty.
    ///
    /// # Errors
    ///
    /// No such handler, no such key, a store or a broker that does not answer.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may leave the event in both places, under the same id.
    pub async fn skip(&self, handler: &str, key: &str) -> Result<Option<String>> {
        let holder = self.holder(handler)?;
        self.must_be_held(handler, key).await?;
        let mut transaction = self.store()?.begin().await?;
        let inbox = inbox(&self.service, handler);
        let Some(row) = transaction.next_in_line(&inbox, key).await? else {
            transaction.let_go(&inbox, key).await?;
            transaction.commit().await?;
            return Ok(None);
        };
        // A replay of the dead letter is no repetition: the event has had no effect.
        transaction.unclaim(&inbox, &row.claim).await?;
        transaction.let_go(&inbox, key).await?;
        // First the copy, then the end of the original: dying in between leaves both.
        holder.shared.publisher.forward(row.outgoing.clone()).await?;
        transaction.commit().await?;
        tracing::warn!(handler, event_id = %row.event_id, "an event was taken out of its line; it is a dead letter now");
        Ok(Some(row.event_id))
    }

    async fn must_be_held(&self, handler: &str, key: &str) -> Result<()> {
        let mut transaction = self.store()?.begin().await?;
        let held = transaction
            .held(&inbox(&self.service, handler), &[key.to_owned()])
            .await?;
        transaction.rollback().await?;
        if held == [true] {
            return Ok(());
        }
        Err(Error::NotFound(format!(
            "`{handler}` does not hold this key; `held list` shows those that it holds"
        )))
    }
}

/// The most that is shown.
const SHOWN: u32 = 10_000;

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handlers: Vec<_> = self.handlers().collect();
        f.debug_struct("Held")
            .field("handlers", &handlers)
            .finish_non_exhaustive()
    }
}
