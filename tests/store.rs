//! Every store against the public conformance suite.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use async_trait::async_trait;
use event_runtime::store::memory::MemoryStore;
use event_runtime::store::{
    Backlog, HeldCount, HeldKey, Lease, LineRow, Migration, Quarantined, Store, StoreError, Transaction,
};
use event_runtime::testing::conformance;
use event_tests::database::{File, Schema};
use std::time::Duration;

async fn passes<S: Store>(open: impl AsyncFn() -> S) {
    let report = conformance::run_store(open).await;
    println!("{report}");
    assert!(report.passed(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory() {
    let store = MemoryStore::new();
    passes(async || store.clone()).await;
}

#[tokio::test(start_paused = true)]
async fn memory_on_a_clock_of_its_own() {
    let store = MemoryStore::new();
    passes(async || store.clone()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let file = File::create();
    passes(async || file.store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let schema = Schema::create().await;
    passes(async || schema.store().await).await;
}

/// A suite that nothing fails proves nothing.
#[tokio::test(start_paused = true)]
async fn a_broken_store_does_not_pass() {
    let store = MemoryStore::new();
    let report = conformance::run_store(async || Forgetful(store.clone())).await;
    let failed = report.outcomes().iter().filter(|outcome| outcome.failure().is_some());
    let failed: Vec<_> = failed.map(|outcome| outcome.check().name()).collect();
    assert_eq!(
        failed,
        [
            "claimed_once",
            "one_duplicate_among_many",
            "many_keys",
            "claimed_concurrently",
            "crossing_claims",
            "waits_for_commit",
            "retention",
            "waiting_is_not_seen",
            "let_go_when_empty",
            "no_gap_at_the_end",
            "waiting_is_not_forgotten",
            "unclaimed"
        ],
        "{report}"
    );
}

/// Says of every key that it was not there.
#[derive(Debug)]
struct Forgetful(MemoryStore);

struct Open(Box<dyn Transaction>);

#[async_trait]
impl Transaction for Open {
    async fn claim(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        self.0.claim(handler, keys).await?;
        Ok(vec![true; keys.len()])
    }

    async fn enqueue(&mut self, service: &str, rows: &[event_runtime::store::OutboxRow]) -> Result<(), StoreError> {
        self.0.enqueue(service, rows).await
    }

    async fn claim_in_order(&mut self, handler: &str, keys: &[String]) -> Result<(Vec<bool>, bool), StoreError> {
        self.0.claim_in_order(handler, keys).await
    }

    async fn held(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        self.0.held(handler, keys).await
    }

    async fn hold(&mut self, handler: &str, key: &str) -> Result<u64, StoreError> {
        self.0.hold(handler, key).await
    }

    async fn line_up(&mut self, handler: &str, rows: &[LineRow]) -> Result<u64, StoreError> {
        self.0.line_up(handler, rows).await
    }

    async fn next_in_line(&mut self, handler: &str, key: &str) -> Result<Option<LineRow>, StoreError> {
        self.0.next_in_line(handler, key).await
    }

    async fn amend(&mut self, handler: &str, row: &LineRow) -> Result<(), StoreError> {
        self.0.amend(handler, row).await
    }

    async fn unclaim(&mut self, handler: &str, key: &str) -> Result<(), StoreError> {
        self.0.unclaim(handler, key).await
    }

    /// Whatever is in the line.
    async fn let_go(&mut self, handler: &str, key: &str) -> Result<bool, StoreError> {
        self.0.let_go(handler, key).await?;
        Ok(true)
    }

    async fn newest(&mut self, handler: &str, keys: &[String]) -> Result<Vec<Option<u64>>, StoreError> {
        self.0.newest(handler, keys).await
    }

    async fn set_newest(&mut self, handler: &str, newest: &[(String, u64)]) -> Result<(), StoreError> {
        self.0.set_newest(handler, newest).await
    }

    fn connection(&mut self) -> &mut (dyn std::any::Any + Send) {
        self.0.connection()
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.commit().await
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.0.rollback().await
    }
}

#[async_trait]
impl Store for Forgetful {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(Open(self.0.begin().await?)))
    }

    fn describe(&self) -> String {
        self.0.describe()
    }

    fn connections(&self) -> u16 {
        self.0.connections()
    }

    fn migrations(&self) -> &'static [Migration] {
        self.0.migrations()
    }

    async fn migrate(&self) -> Result<Vec<&'static Migration>, StoreError> {
        self.0.migrate().await
    }

    async fn missing(&self) -> Result<Vec<&'static Migration>, StoreError> {
        self.0.missing().await
    }

    async fn seen(&self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        self.0.seen(handler, keys).await
    }

    async fn forget(&self, handler: &str, age: Duration, limit: u32) -> Result<u64, StoreError> {
        self.0.forget(handler, age, limit).await
    }

    async fn lease(&self, service: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        self.0.lease(service).await
    }

    async fn backlog(&self, service: &str) -> Result<Backlog, StoreError> {
        self.0.backlog(service).await
    }

    async fn quarantined(&self, service: &str, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        self.0.quarantined(service, limit).await
    }

    async fn release(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        self.0.release(service, ids).await
    }

    async fn discard(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        self.0.discard(service, ids).await
    }

    async fn held_count(&self, handler: &str) -> Result<HeldCount, StoreError> {
        self.0.held_count(handler).await
    }

    async fn held_keys(&self, handler: &str, limit: u32) -> Result<Vec<HeldKey>, StoreError> {
        self.0.held_keys(handler, limit).await
    }

    async fn line(&self, handler: &str, key: &str, limit: u32) -> Result<Vec<LineRow>, StoreError> {
        self.0.line(handler, key, limit).await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
