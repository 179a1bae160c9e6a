//! Events that are published because a transaction has committed.

mod relay;

pub(crate) use relay::{Relay, relay};

use crate::envelope::{Content, EventId};
use crate::event::Event;
use crate::publisher::Publisher;
use crate::store::{Enlist, OutboxRow, StoreError};
use crate::transport::PublishError;
use event_contract::Unrouted;
use std::sync::Arc;
use tokio::sync::Notify;

/// Puts events into the outbox of a service, in a transaction of the caller's own: they are published when it commits,
/// and not at all when it does not.
///
/// Get one from a running service. In an `idempotent` handler use what it returns, or `Emit<E>`.
///
#[cfg_attr(feature = "sqlite", doc = "```")]
#[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
/// use event_runtime::prelude::*;
///
/// # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// # #[event(name = "order.placed", version = 1, owner = "checkout", unrouted = "keep")]
/// # struct OrderPlaced { order_id: u32 }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// # let path = std::env::temp_dir().join(format!("doc-{}.db", Uuid::now_v7()));
/// let store = SqliteStore::open(&path).await?;
/// let service = Service::new("shop").store(store.clone()).publishes::<OrderPlaced>().start().await?;
/// service.ready().await;
///
/// let mut tx = store.writer().begin().await?;
/// // sqlx::query("INSERT INTO orders ..").execute(&mut *tx).await?;
/// service.outbox().publish(&mut tx, &OrderPlaced { order_id: 7 }).await?;
/// tx.commit().await?;
/// service.outbox().wake();
/// # service.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Outbox {
    publisher: Publisher,
    service: String,
    wake: Arc<Notify>,
}

/// Why an event could not be put into the outbox.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// It cannot be written as JSON, or is larger than the limits.
    #[error(transparent)]
    Event(#[from] PublishError),
    /// The statement failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The inbox of what a service has published once. No handler can be called that: its name is one word.
pub(crate) fn published(service: &str) -> String {
    format!("{service}:published")
}

impl Outbox {
    pub(crate) fn new(publisher: Publisher, service: String, wake: Arc<Notify>) -> Self {
        Self {
            publisher,
            service,
            wake,
        }
    }

    /// Puts `event` into the outbox, under a new id.
    ///
    /// Events of one key are published in the order of their rows. Where several transactions write events of one key at
    /// the same time, that is the order of their commits only if they wait for each other: lock the row of what the
    /// events are about first.
    ///
    /// # Errors
    ///
    /// An event that cannot be written, a statement that failed. The transaction is the caller's.
    ///
    /// # Cancel safety
    ///
    /// A dropped call leaves the transaction in an unknown state: roll it back.
    pub async fn publish<E: Event>(&self, tx: &mut (impl Enlist + ?Sized), event: &E) -> Result<EventId, OutboxError> {
        let id = EventId::new();
        self.publish_as(tx, &id, event).await?;
        Ok(id)
    }

    /// Puts `event` into the outbox under `id`: for what has a name outside, with [`EventId::derived`].
    ///
    /// # Errors
    ///
    /// See [`publish`](Self::publish).
    ///
    /// # Cancel safety
    ///
    /// See [`publish`](Self::publish).
    pub async fn publish_as<E: Event>(
        &self,
        tx: &mut (impl Enlist + ?Sized),
        id: &EventId,
        event: &E,
    ) -> Result<(), OutboxError> {
        let row = self.row(id, event)?;
        Ok(tx.enlist(&self.service, &[row]).await?)
    }

    /// Puts `event` into the outbox under `id`, unless this service has published that id once before; whether it did.
    ///
    /// For what may be called twice, such as a webhook: an id derived with [`EventId::derived`] from the other system's
    /// own, and when the answer is `false`, nothing else to write either. A call at the same time with the same id waits
    /// for this transaction. Ids are remembered for 14 days, or for the longest `window` of the service's
    /// `#[reconcile]` jobs, which know the same ids.
    ///
    /// # Errors
    ///
    /// See [`publish`](Self::publish).
    ///
    /// # Cancel safety
    ///
    /// See [`publish`](Self::publish).
    pub async fn publish_once<E: Event>(
        &self,
        tx: &mut (impl Enlist + ?Sized),
        id: &EventId,
        event: &E,
    ) -> Result<bool, OutboxError> {
        let row = self.row(id, event)?;
        let claimed = tx.claim(&published(&self.service), &[id.to_string()]).await?;
        if claimed != [true] {
            return Ok(false);
        }
        tx.enlist(&self.service, &[row]).await?;
        Ok(true)
    }

    /// The row of an event.
    pub(crate) fn row<E: Event>(&self, id: &EventId, event: &E) -> Result<OutboxRow, OutboxError> {
        let outgoing = self.publisher.write(id, Content::of(event)?, None)?;
        Ok(OutboxRow::new(outgoing, E::CONTRACT.unrouted == Unrouted::Keep))
    }

    pub(crate) fn service(&self) -> &str {
        &self.service
    }

    /// Says that a transaction has committed, so that the relay looks at once instead of within its 200 ms.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
