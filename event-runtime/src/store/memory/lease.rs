use super::super::{Lease, OutboxRow, PARTS, StoreError};
use super::{MemoryStore, Refused};
use async_trait::async_trait;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

pub(super) struct MemoryLease {
    store: MemoryStore,
    service: String,
    holder: u64,
    parts: Vec<u16>,
}

impl MemoryLease {
    pub(super) fn new(store: MemoryStore, service: &str, holder: u64) -> Self {
        Self {
            store,
            service: service.to_owned(),
            holder,
            parts: (0..PARTS).collect(),
        }
    }
}

#[async_trait]
impl Lease for MemoryLease {
    fn parts(&self) -> &[u16] {
        &self.parts
    }

    async fn extend(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn page(&mut self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let now = Instant::now();
        let state = self.store.state();
        let mut held = HashSet::new();
        let mut page = Vec::new();
        for (id, row) in state.outbox.iter().filter(|(_, row)| row.service == self.service) {
            let waits = row.refused.as_ref().is_some_and(|refused| refused.until > now);
            if waits {
                held.extend(row.row.key.as_deref());
            }
            if waits || *id <= after || row.row.key.as_deref().is_some_and(|key| held.contains(key)) {
                continue;
            }
            page.push(row.row.clone());
            if page.len() == limit as usize {
                break;
            }
        }
        Ok(page)
    }

    async fn done(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        let mut state = self.store.state();
        for id in ids {
            state.outbox.remove(id);
        }
        Ok(())
    }

    async fn refused(&mut self, id: i64, reason: &str, wait: Duration) -> Result<(), StoreError> {
        let mut state = self.store.state();
        if let Some(row) = state.outbox.get_mut(&id) {
            row.row.attempts += 1;
            row.refused = Some(Refused {
                reason: reason.to_owned(),
                until: Instant::now() + wait,
            });
        }
        Ok(())
    }

    async fn end(self: Box<Self>) {}
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        let mut state = self.store.state();
        if state.leases.get(&self.service) == Some(&self.holder) {
            state.leases.remove(&self.service);
        }
    }
}
