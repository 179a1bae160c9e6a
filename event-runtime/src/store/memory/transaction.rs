use super::super::{Enlist, OutboxRow, StoreError, Transaction};
use super::{MemoryStore, Row};
use async_trait::async_trait;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// How long a claim waits for another transaction.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// What a handler may write: a few texts under names, so that a test can see them committed or not.
#[derive(Default)]
pub struct MemoryTables {
    store: Option<MemoryStore>,
    committed: BTreeMap<String, String>,
    written: BTreeMap<String, String>,
    rows: Vec<(i64, Row)>,
    /// Which transaction it is, for what it claims.
    number: u64,
}

impl MemoryTables {
    /// Writes `value` under `name`.
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.written.insert(name.into(), value.into());
    }

    /// What is under `name`: written here, or committed before this transaction began.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.written.get(name).or_else(|| self.committed.get(name));
        found.map(String::as_str)
    }

    /// Claims one key; waits for whoever else has claimed it.
    async fn claim_one(&mut self, key: (String, String)) -> Result<bool, StoreError> {
        let Some(store) = self.store.clone() else {
            return Ok(true);
        };
        let deadline = Instant::now() + LOCK_TIMEOUT;
        loop {
            let ended = store.0.ended.notified();
            let mut ended = std::pin::pin!(ended);
            {
                let mut state = store.state();
                match state.claimed.get(&key) {
                    _ if state.inbox.contains_key(&key) => return Ok(false),
                    Some(by) if *by == self.number => return Ok(false),
                    None => {
                        state.claimed.insert(key, self.number);
                        return Ok(true);
                    }
                    Some(_) => {}
                }
                // Before the lock is gone, so that no end is missed.
                ended.as_mut().enable();
            }
            if tokio::time::timeout_at(deadline, ended).await.is_err() {
                return Err(StoreError::Conflict(
                    "waited too long for another transaction".to_owned(),
                ));
            }
        }
    }
}

#[async_trait]
impl Enlist for MemoryTables {
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        for row in rows {
            // As a sequence does: given now, whenever the commit comes.
            let id = self.store.as_ref().map_or(0, MemoryStore::next_id);
            let row = Row {
                service: service.to_owned(),
                row: OutboxRow { id, ..row.clone() },
                since: Instant::now(),
                refused: None,
            };
            self.rows.push((id, row));
        }
        Ok(())
    }

    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        // In the same order in every transaction: none waits for one that waits for it.
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by_key(|at| &keys[*at]);
        let mut claimed = vec![false; keys.len()];
        for at in order {
            claimed[at] = self.claim_one((inbox.to_owned(), keys[at].clone())).await?;
        }
        Ok(claimed)
    }
}

impl fmt::Debug for MemoryTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryTables")
    }
}

pub(super) struct MemoryTransaction {
    store: MemoryStore,
    tables: MemoryTables,
}

impl MemoryTransaction {
    pub(super) fn new(store: MemoryStore, number: u64) -> Self {
        let committed = store.tables();
        Self {
            tables: MemoryTables {
                store: Some(store.clone()),
                committed,
                number,
                ..MemoryTables::default()
            },
            store,
        }
    }
}

#[async_trait]
impl Transaction for MemoryTransaction {
    async fn claim(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        self.tables.claim(handler, keys).await
    }

    async fn enqueue(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        self.tables.enlist(service, rows).await
    }

    fn connection(&mut self) -> &mut (dyn Any + Send) {
        &mut self.tables
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        let this = &mut *self;
        let mut state = this.store.state();
        let mine = state.claimed.iter().filter(|(_, by)| **by == this.tables.number);
        let mine: Vec<_> = mine.map(|(key, _)| key.clone()).collect();
        for key in mine {
            state.inbox.insert(key, Instant::now());
        }
        state.tables.append(&mut this.tables.written);
        state.outbox.extend(std::mem::take(&mut this.tables.rows));
        Ok(())
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Drop for MemoryTransaction {
    fn drop(&mut self) {
        let number = self.tables.number;
        self.store.state().claimed.retain(|_, by| *by != number);
        self.store.0.ended.notify_waiters();
    }
}
