use super::super::{Enlist, LineRow, OutboxRow, StoreError, Transaction};
use super::line::{Change, Lock, Row as Waiting};
use super::{MemoryStore, Row, State};
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
        let (Some(store), number) = (&self.store, self.number) else {
            return Ok(true);
        };
        wait(store, |state| match state.claimed.get(&key) {
            _ if state.inbox.contains_key(&key) => Some(false),
            Some(by) if *by == number => Some(false),
            None => {
                state.claimed.insert(key.clone(), number);
                Some(true)
            }
            Some(_) => None,
        })
        .await
    }
}

/// Tries until it works, each time another transaction has ended.
async fn wait<T>(store: &MemoryStore, mut attempt: impl FnMut(&mut State) -> Option<T>) -> Result<T, StoreError> {
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        let ended = store.0.ended.notified();
        let mut ended = std::pin::pin!(ended);
        {
            let mut state = store.state();
            if let Some(done) = attempt(&mut state) {
                return Ok(done);
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

fn place(handler: &str, key: &str) -> (String, String) {
    (handler.to_owned(), key.to_owned())
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
    change: Change,
    unclaimed: Vec<(String, String)>,
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
            change: Change::default(),
            unclaimed: Vec::new(),
        }
    }

    /// Keeps others from these until the transaction ends.
    async fn lock(&mut self, locks: impl IntoIterator<Item = Lock>) -> Result<(), StoreError> {
        let number = self.tables.number;
        let mut locks: Vec<_> = locks.into_iter().collect();
        // In the same order in every transaction: none waits for one that waits for it.
        locks.sort();
        for lock in locks {
            wait(&self.store, |state| {
                (*state.locks.entry(lock.clone()).or_insert(number) == number).then_some(())
            })
            .await?;
        }
        Ok(())
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

    async fn claim_in_order(&mut self, handler: &str, keys: &[String]) -> Result<(Vec<bool>, bool), StoreError> {
        let claimed = self.claim(handler, keys).await?;
        Ok((claimed, self.store.state().lines.any_held(handler)))
    }

    async fn held(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        self.lock(keys.iter().map(|key| Lock::Held(place(handler, key))))
            .await?;
        let state = self.store.state();
        let held = keys
            .iter()
            .map(|key| self.change.is_held(&state.lines, &place(handler, key)));
        Ok(held.collect())
    }

    async fn hold(&mut self, handler: &str, key: &str) -> Result<u64, StoreError> {
        let place = place(handler, key);
        self.lock([Lock::Held(place.clone())]).await?;
        Ok(self.change.hold(&self.store.state().lines, place))
    }

    async fn line_up(&mut self, handler: &str, rows: &[LineRow]) -> Result<u64, StoreError> {
        let mut longest = 0;
        for row in rows {
            let row = Waiting::new(handler, self.store.next_id(), row);
            longest = self.change.line_up(&self.store.state().lines, row).max(longest);
        }
        Ok(longest)
    }

    async fn next_in_line(&mut self, handler: &str, key: &str) -> Result<Option<LineRow>, StoreError> {
        let place = place(handler, key);
        let Some(first) = self.change.first(&self.store.state().lines, &place) else {
            return Ok(None);
        };
        self.lock([Lock::Row(first)]).await?;
        Ok(self.change.take(&self.store.state().lines, first))
    }

    async fn amend(&mut self, _: &str, row: &LineRow) -> Result<(), StoreError> {
        self.lock([Lock::Row(row.id)]).await?;
        self.change.amend(row);
        Ok(())
    }

    async fn unclaim(&mut self, handler: &str, key: &str) -> Result<(), StoreError> {
        self.unclaimed.push(place(handler, key));
        Ok(())
    }

    async fn let_go(&mut self, handler: &str, key: &str) -> Result<bool, StoreError> {
        let place = place(handler, key);
        self.lock([Lock::Held(place.clone())]).await?;
        Ok(self.change.let_go(&self.store.state().lines, place))
    }

    async fn newest(&mut self, handler: &str, keys: &[String]) -> Result<Vec<Option<u64>>, StoreError> {
        self.lock(keys.iter().map(|key| Lock::Newest(place(handler, key))))
            .await?;
        let state = self.store.state();
        let newest = keys
            .iter()
            .map(|key| self.change.newest(&state.lines, &place(handler, key)));
        Ok(newest.collect())
    }

    async fn set_newest(&mut self, handler: &str, newest: &[(String, u64)]) -> Result<(), StoreError> {
        self.lock(newest.iter().map(|(key, _)| Lock::Newest(place(handler, key))))
            .await?;
        let state = self.store.state();
        for (key, at) in newest {
            if !self.change.set_newest(&state.lines, place(handler, key), *at) {
                return Err(StoreError::Conflict(
                    "a newer event of the same key was handled in the meantime".to_owned(),
                ));
            }
        }
        Ok(())
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
        for key in &this.unclaimed {
            state.inbox.remove(key);
        }
        state.tables.append(&mut this.tables.written);
        state.outbox.extend(std::mem::take(&mut this.tables.rows));
        state.lines.commit(std::mem::take(&mut this.change));
        Ok(())
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Drop for MemoryTransaction {
    fn drop(&mut self) {
        let number = self.tables.number;
        let mut state = self.store.state();
        state.claimed.retain(|_, by| *by != number);
        state.locks.retain(|_, by| *by != number);
        drop(state);
        self.store.0.ended.notify_waiters();
    }
}
