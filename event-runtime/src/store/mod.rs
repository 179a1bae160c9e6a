//! Where it is written down which events are handled (the inbox) and which are still to be published (the outbox): in the
//! transaction of the handler's own writes.
//!
//! | store | for | feature |
//! |---|---|---|
//! | [`memory::MemoryStore`] | tests | |
#![cfg_attr(
    feature = "sqlite",
    doc = "| [`sqlite::SqliteStore`] | one process and a file | `sqlite` |"
)]
#![cfg_attr(
    feature = "postgres",
    doc = "| [`postgres::PostgresStore`] | everything else | `postgres` |"
)]
//!
//! A third one implements [`Store`], [`Transaction`] and [`Lease`], says with [`Holds`] whose transactions it gives, and
//! passes the public conformance suite in `event_runtime::testing`.
//!
//! # The tables
//!
//! They are a contract: plain SQL, versioned, the same names everywhere; look at them, and into them, as you like.
//!
//! - `event_inbox`: one row per event that a handler has dealt with. `handler` is the service and the handler
//!   (`payments.charge`), `key` the event's id or what `idempotent(by = ..)` names, `claimed_at` when. Under
//!   `payments:published` are the events that were published once from outside of handlers.
//! - `event_outbox`: one row per event that the broker does not have yet; the row is deleted when it has. `id` is the
//!   order, `service` whose relay publishes it, `part` its share of the keys, then the event: `key`, `event_id`, `type`
//!   with its version, `exchange`, `routing_key`, `keep`, `headers` (a JSON list of pairs), `body`, `trace`, `created_at`.
//!   A row that the broker refused has `attempts`, `reason`, and `retry_at`; later rows of its key wait behind it.
//! - `event_held`: one row per key that a handler holds, because one of its events has failed for good. `handler` is named as
//!   in the inbox, `since` is when.
//! - `event_line`: the events of held keys. `id` is the order, `claim` what the inbox knows the event by, `reason` why it
//!   failed or NULL, then the event as a dead letter has it: `event_id`, `type`, `exchange`, `routing_key`, `headers`, `body`.
//! - `event_newest`: one row per key of a handler that skips stale events: the `sequence` it has handled last, as text of 20
//!   digits. It is forgotten with the inbox, after the handler's window.
//! - `event_lease` (SQLite): which process's relay publishes for a service, and until when; under `payments:reconcile`, which
//!   process runs its jobs. PostgreSQL has advisory locks for that: `pg_try_advisory_lock(event_relay(service), part)`.
//! - `event_schema`: which migrations are applied.

mod error;
mod line;
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
mod row;
mod schema;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod text;
mod tx;

pub use error::StoreError;
pub(crate) use error::trouble;
pub use line::{HeldCount, HeldKey, LineRow};
pub use row::{Backlog, OutboxRow, PARTS, Quarantined};
pub use schema::Migration;
pub use tx::{Database, Holds, Tx};

use async_trait::async_trait;
use std::any::Any;
use std::fmt;
use std::time::Duration;

/// A database that holds an inbox and an outbox.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// What and where it is, for people; never a secret.
    fn describe(&self) -> String;

    /// How many transactions can be open at a time.
    fn connections(&self) -> u16;

    /// All migrations, in order.
    fn migrations(&self) -> &'static [Migration];

    /// Applies what is missing, one process at a time; what was applied.
    ///
    /// # Errors
    ///
    /// No connection, or not allowed to make tables.
    async fn migrate(&self) -> Result<Vec<&'static Migration>, StoreError>;

    /// Which migrations are missing.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn missing(&self) -> Result<Vec<&'static Migration>, StoreError>;

    /// Begins a transaction in which concurrent ones see each other's commits (READ COMMITTED).
    ///
    /// # Errors
    ///
    /// No connection within the store's own time limit.
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// Which of `keys` the inbox of `handler` has; what waits in the line of a held key is not handled, and not seen.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn seen(&self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError>;

    /// Deletes at most `limit` rows of `handler` that are older than `age`, by the store's clock, from the inbox and from the
    /// newest sequences; how many. What waits in a line stays.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn forget(&self, handler: &str, age: Duration, limit: u32) -> Result<u64, StoreError>;

    /// Takes the parts of the outbox of `service` that no other relay has; `None` when there are none.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn lease(&self, service: &str) -> Result<Option<Box<dyn Lease>>, StoreError>;

    /// How full the outbox of `service` is.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn backlog(&self, service: &str) -> Result<Backlog, StoreError>;

    /// The events of `service` that the broker refused, oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn quarantined(&self, service: &str, limit: u32) -> Result<Vec<Quarantined>, StoreError>;

    /// Lets refused events be tried again at once: these, or all; how many.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn release(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError>;

    /// Deletes refused events for good: these, or all; how many. What is not refused stays.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn discard(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError>;

    /// How many keys `handler` holds, and how many events are in their lines.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn held_count(&self, handler: &str) -> Result<HeldCount, StoreError>;

    /// The keys that `handler` holds, the oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn held_keys(&self, handler: &str, limit: u32) -> Result<Vec<HeldKey>, StoreError>;

    /// The first events in the line of a held key, in their order, at most `limit`.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn line(&self, handler: &str, key: &str, limit: u32) -> Result<Vec<LineRow>, StoreError>;

    /// Closes the connections. Bounded in time.
    async fn close(&self);
}

/// A transaction of a [`Store`]. Dropping it undoes everything, and lets go of a connection that may be broken.
#[async_trait]
pub trait Transaction: Send {
    /// Writes `keys` into the inbox of `handler`; `true` for each that was not there.
    ///
    /// A key that another open transaction has claimed is waited for: it is there when that one commits, and not when it
    /// rolls back. Keys are different from each other.
    ///
    /// # Errors
    ///
    /// The wait took too long ([`StoreError::Conflict`]), or the connection broke.
    async fn claim(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError>;

    /// Writes events of `service` into the outbox, in their order.
    ///
    /// # Errors
    ///
    /// The connection broke, or a statement before failed and nobody looked.
    async fn enqueue(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError>;

    /// As [`claim`](Self::claim), and whether any key of `handler` may be held.
    ///
    /// When all keys were claimed, a hold that was committed before the call is seen; otherwise the caller looks with
    /// [`held`](Self::held).
    ///
    /// # Errors
    ///
    /// As [`claim`](Self::claim).
    async fn claim_in_order(&mut self, handler: &str, keys: &[String]) -> Result<(Vec<bool>, bool), StoreError>;

    /// Which of `keys`, which are different from each other, are held. Those that are stay held until this transaction ends.
    ///
    /// # Errors
    ///
    /// The wait took too long ([`StoreError::Conflict`]), or the connection broke.
    async fn held(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError>;

    /// Holds `key`, if it is not held already; how many keys of `handler` are held now.
    ///
    /// # Errors
    ///
    /// As [`held`](Self::held).
    async fn hold(&mut self, handler: &str, key: &str) -> Result<u64, StoreError>;

    /// Puts events at the ends of the lines of their keys, in this order; how many are in the longest of these lines now.
    ///
    /// # Errors
    ///
    /// The connection broke.
    async fn line_up(&mut self, handler: &str, rows: &[LineRow]) -> Result<u64, StoreError>;

    /// Takes the first event out of the line of `key`; waits for a transaction that is doing the same. `None` when the line
    /// is empty, or when that other transaction took the one that was the first.
    ///
    /// # Errors
    ///
    /// As [`held`](Self::held).
    async fn next_in_line(&mut self, handler: &str, key: &str) -> Result<Option<LineRow>, StoreError>;

    /// Writes another message and reason into a row of a line, which has kept its place; a row that is gone is left gone.
    ///
    /// # Errors
    ///
    /// The connection broke.
    async fn amend(&mut self, handler: &str, row: &LineRow) -> Result<(), StoreError>;

    /// Takes a key out of the inbox of `handler`: what it stands for is to be handled after all, when it comes again.
    ///
    /// # Errors
    ///
    /// The connection broke.
    async fn unclaim(&mut self, handler: &str, key: &str) -> Result<(), StoreError>;

    /// Ends the holding of `key` if its line is empty, whatever is being put into it at this time; `true` when it is not held
    /// any more.
    ///
    /// # Errors
    ///
    /// As [`held`](Self::held).
    async fn let_go(&mut self, handler: &str, key: &str) -> Result<bool, StoreError>;

    /// The newest sequence that `handler` has handled of each of `keys`, which are different from each other. What is there
    /// stays so until this transaction ends.
    ///
    /// # Errors
    ///
    /// As [`held`](Self::held).
    async fn newest(&mut self, handler: &str, keys: &[String]) -> Result<Vec<Option<u64>>, StoreError>;

    /// Writes the newest sequences, each newer than what is there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when another transaction has written one that is not older in the meantime.
    async fn set_newest(&mut self, handler: &str, newest: &[(String, u64)]) -> Result<(), StoreError>;

    /// The connection, for what the handler itself writes: the [`Database::Connection`] that [`Holds`] promises.
    fn connection(&mut self) -> &mut (dyn Any + Send);

    /// Makes everything durable.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`] when the connection broke on the way; after any other error nothing was changed.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Undoes everything.
    ///
    /// # Errors
    ///
    /// The connection was broken; nothing was changed either.
    async fn rollback(self: Box<Self>) -> Result<(), StoreError>;
}

/// A transaction that is open.
pub(crate) type Open = dyn Transaction + 'static;

/// The right to publish parts of an outbox. Dropping it gives the right back, as does losing the connection.
#[async_trait]
pub trait Lease: Send {
    /// Which parts.
    fn parts(&self) -> &[u16];

    /// Takes the parts as well that have become free.
    ///
    /// # Errors
    ///
    /// The lease is over.
    async fn extend(&mut self) -> Result<(), StoreError>;

    /// Up to `limit` events with an id above `after`, in order, that are not held back by a refused one.
    ///
    /// Ids of transactions that commit late are smaller than what was seen before: whoever wants all of them begins at 0
    /// again from time to time.
    ///
    /// # Errors
    ///
    /// The lease is over.
    async fn page(&mut self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError>;

    /// The broker has these events: deletes them.
    ///
    /// # Errors
    ///
    /// The lease is over; the events will be published again, under the same ids.
    async fn done(&mut self, ids: &[i64]) -> Result<(), StoreError>;

    /// The broker refused this event: not again before `wait` has passed, and later events of its key neither.
    ///
    /// # Errors
    ///
    /// The lease is over.
    async fn refused(&mut self, id: i64, reason: &str, wait: Duration) -> Result<(), StoreError>;

    /// Gives the right back.
    async fn end(self: Box<Self>);
}

/// A transaction of the caller's own, in which events can be put into the outbox: sqlx's `Transaction` and connections,
/// a handler's [`Tx`], a store's [`Transaction`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no transaction that an outbox can write in",
    label = "not a transaction",
    note = "an outbox writes in sqlx's `Transaction` of Postgres or Sqlite, in a handler's `Tx`, or in what `Store::begin` gives"
)]
#[async_trait]
pub trait Enlist: Send {
    /// Writes events of `service` into the outbox, in their order.
    ///
    /// # Errors
    ///
    /// See [`Transaction::enqueue`].
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError>;

    /// Writes `keys` into an inbox; `true` for each that was not there.
    ///
    /// # Errors
    ///
    /// See [`Transaction::claim`].
    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError>;
}

#[async_trait]
impl<D: Database> Enlist for Tx<'_, D>
where
    D::Connection: Enlist,
{
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        (**self).enlist(service, rows).await
    }

    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        (**self).claim(inbox, keys).await
    }
}

#[async_trait]
impl Enlist for dyn Transaction {
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        self.enqueue(service, rows).await
    }

    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        Transaction::claim(self, inbox, keys).await
    }
}
