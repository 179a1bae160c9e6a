//! A store in process, for tests: the same promises, nothing on disk.

mod lease;
mod line;
mod transaction;

pub use transaction::MemoryTables;

use super::{
    Backlog, Database, HeldCount, HeldKey, Holds, Lease, LineRow, Migration, OutboxRow, Quarantined, Store, StoreError,
    Transaction,
};
use async_trait::async_trait;
use lease::MemoryLease;
use line::{Lines, Lock};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use transaction::MemoryTransaction;

/// The transactions of a [`MemoryStore`]: `tx: &mut Tx<'_, Memory>`.
#[derive(Debug)]
pub enum Memory {}

impl Database for Memory {
    type Connection = MemoryTables;
}

impl Holds<Memory> for MemoryStore {}

/// A store in process. A clone is the same store; it lives as long as one of them.
///
/// ```
/// use event_runtime::prelude::*;
///
/// # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// # #[event(name = "order.placed", version = 1, owner = "checkout")]
/// # struct OrderPlaced { order_id: u32 }
/// #[handler(idempotent)]
/// async fn count(order: OrderPlaced, tx: &mut Tx<'_, Memory>) {
///     tx.put("orders", order.order_id.to_string());
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> event_runtime::Result<()> {
/// let store = MemoryStore::new();
/// let service = Service::new("counter").store(store.clone()).handle::<count>().start().await?;
/// let id = EventId::derived("shop", "order 7");
/// for _ in 0..3 {
///     service.publisher().publish_as(&id, &OrderPlaced { order_id: 7 }).await?;
/// }
/// service.idle().await;
/// assert_eq!(store.tables().get("orders").map(String::as_str), Some("7"));
/// assert_eq!(service.snapshot().handlers[0].duplicates, 2);
/// service.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    /// A transaction has ended.
    ended: Notify,
}

#[derive(Default)]
struct State {
    inbox: HashMap<(String, String), Instant>,
    /// Claimed by a transaction that is open.
    claimed: HashMap<(String, String), u64>,
    locks: HashMap<Lock, u64>,
    lines: Lines,
    outbox: BTreeMap<i64, Row>,
    leases: HashMap<String, u64>,
    tables: BTreeMap<String, String>,
    last_id: i64,
    last_number: u64,
}

struct Row {
    service: String,
    row: OutboxRow,
    since: Instant,
    refused: Option<Refused>,
}

struct Refused {
    reason: String,
    until: Instant,
}

impl State {
    /// A number nobody else has.
    fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// The refused rows of `service`; or these of them.
    fn refused_of<'s>(
        &'s mut self,
        service: &'s str,
        ids: Option<&'s [i64]>,
    ) -> impl Iterator<Item = (i64, &'s mut Row)> {
        let all = self.outbox.iter_mut().map(|(id, row)| (*id, row));
        all.filter(move |(id, row)| {
            row.service == service && row.refused.is_some() && ids.is_none_or(|ids| ids.contains(id))
        })
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What handlers have written and committed.
    #[must_use]
    pub fn tables(&self) -> BTreeMap<String, String> {
        self.state().tables.clone()
    }

    fn next_id(&self) -> i64 {
        let mut state = self.state();
        state.last_id += 1;
        state.last_id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn connections(&self) -> u16 {
        16
    }

    fn migrations(&self) -> &'static [Migration] {
        &[]
    }

    async fn migrate(&self) -> Result<Vec<&'static Migration>, StoreError> {
        Ok(Vec::new())
    }

    async fn missing(&self) -> Result<Vec<&'static Migration>, StoreError> {
        Ok(Vec::new())
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let number = self.state().number();
        Ok(Box::new(MemoryTransaction::new(self.clone(), number)))
    }

    async fn seen(&self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        let state = self.state();
        let seen = |key: &String| {
            state.inbox.contains_key(&(handler.to_owned(), key.clone())) && !state.lines.waits(handler, key)
        };
        Ok(keys.iter().map(seen).collect())
    }

    async fn forget(&self, handler: &str, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let now = Instant::now();
        let mut state = self.state();
        let old = state
            .inbox
            .iter()
            .filter(|((of, _), since)| of == handler && now.duration_since(**since) > age)
            .filter(|((_, key), _)| !state.lines.waits(handler, key));
        let old: Vec<_> = old.map(|(key, _)| key.clone()).take(limit as usize).collect();
        for key in &old {
            state.inbox.remove(key);
        }
        state.lines.forget(handler, age);
        Ok(old.len() as u64)
    }

    async fn lease(&self, service: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        let mut state = self.state();
        if state.leases.contains_key(service) {
            return Ok(None);
        }
        let holder = state.number();
        state.leases.insert(service.to_owned(), holder);
        drop(state);
        Ok(Some(Box::new(MemoryLease::new(self.clone(), service, holder))))
    }

    async fn backlog(&self, service: &str) -> Result<Backlog, StoreError> {
        let state = self.state();
        let mut backlog = Backlog::default();
        for row in state.outbox.values().filter(|row| row.service == service) {
            backlog.waiting += 1;
            backlog.quarantined += u64::from(row.refused.is_some());
            backlog.oldest = backlog.oldest.max(Some(row.since.elapsed()));
        }
        Ok(backlog)
    }

    async fn quarantined(&self, service: &str, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        let mut state = self.state();
        let found = state
            .refused_of(service, None)
            .take(limit as usize)
            .map(|(id, row)| Quarantined {
                id,
                event_id: row.row.event_id.clone(),
                type_name: row.row.type_name.clone(),
                key: row.row.key.clone(),
                attempts: row.row.attempts,
                reason: row
                    .refused
                    .as_ref()
                    .map(|refused| refused.reason.clone())
                    .unwrap_or_default(),
                age: row.since.elapsed(),
            });
        Ok(found.collect())
    }

    async fn release(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        let mut state = self.state();
        let released = state.refused_of(service, ids).map(|(_, row)| row.refused = None);
        Ok(released.count() as u64)
    }

    async fn discard(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        let mut state = self.state();
        let gone: Vec<_> = state.refused_of(service, ids).map(|(id, _)| id).collect();
        for id in &gone {
            state.outbox.remove(id);
        }
        Ok(gone.len() as u64)
    }

    async fn held_count(&self, handler: &str) -> Result<HeldCount, StoreError> {
        Ok(self.state().lines.count(handler))
    }

    async fn held_keys(&self, handler: &str, limit: u32) -> Result<Vec<HeldKey>, StoreError> {
        Ok(self.state().lines.keys(handler, limit))
    }

    async fn line(&self, handler: &str, key: &str, limit: u32) -> Result<Vec<LineRow>, StoreError> {
        let place = (handler.to_owned(), key.to_owned());
        Ok(self.state().lines.line(&place, limit))
    }

    async fn close(&self) {}
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
