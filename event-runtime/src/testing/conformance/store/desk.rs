//! Where a check of a store works: two handles on one database, and names of its own.

use super::super::verdict::{Failure, Verdict, ensure};
use crate::envelope::PREFIXES;
use crate::message::{Headers, Message, Outgoing, property};
use crate::store::{Lease, OutboxRow, Store, StoreError};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// How long something may take that is only a matter of time.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(in super::super) struct Desk {
    pub(super) one: Arc<dyn Store>,
    pub(super) two: Arc<dyn Store>,
    pub(super) handler: String,
    pub(super) service: String,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string())
    }
}

impl Desk {
    pub(in super::super) fn new(check: &str, one: Arc<dyn Store>, two: Arc<dyn Store>) -> Self {
        let run = Uuid::now_v7().simple().to_string();
        let service = format!("{check}_{}", &run[20..]);
        Self {
            one,
            two,
            handler: format!("{service}.handler"),
            service,
        }
    }

    /// Leaves the database as it was found.
    pub(in super::super) async fn clean_up(self) -> Verdict {
        for handler in [&self.handler, &format!("{}.other", self.service)] {
            for held in self.one.held_keys(handler, u32::MAX >> 1).await? {
                let mut transaction = self.one.begin().await?;
                while transaction.next_in_line(handler, &held.key).await?.is_some() {}
                transaction.let_go(handler, &held.key).await?;
                transaction.commit().await?;
            }
            self.one.forget(handler, Duration::ZERO, u32::MAX >> 1).await?;
        }
        if let Some(mut lease) = self.one.lease(&self.service).await? {
            loop {
                self.one.release(&self.service, None).await?;
                let page = lease.page(0, 1000).await?;
                if page.is_empty() {
                    break;
                }
                lease.done(&page.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
            }
            lease.end().await;
        }
        self.one.close().await;
        self.two.close().await;
        Ok(())
    }

    /// Claims in a transaction of its own, and commits.
    pub(super) async fn claim(&self, keys: &[&str]) -> Verdict<Vec<bool>> {
        claim(self.one.as_ref(), &self.handler, keys).await
    }

    pub(super) async fn seen(&self, keys: &[&str]) -> Verdict<Vec<bool>> {
        Ok(self.two.seen(&self.handler, &owned(keys)).await?)
    }

    /// Puts rows into the outbox, in a transaction of its own.
    pub(super) async fn put(&self, rows: &[OutboxRow]) -> Verdict {
        let mut transaction = self.one.begin().await?;
        transaction.enqueue(&self.service, rows).await?;
        Ok(transaction.commit().await?)
    }

    /// The lease, which nobody else has.
    pub(super) async fn lease(&self) -> Verdict<Box<dyn Lease>> {
        let lease = self.one.lease(&self.service).await?;
        lease.ok_or_else(|| Failure::new("somebody else has the lease"))
    }

    /// The lease through the other handle, as soon as it is free.
    pub(super) async fn take_over(&self) -> Verdict<Box<dyn Lease>> {
        let started = Instant::now();
        loop {
            if let Some(lease) = self.two.lease(&self.service).await? {
                return Ok(lease);
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "nobody could take over within {PATIENCE:?}"
            );
            sleep(Duration::from_millis(50)).await;
        }
    }
}

pub(super) async fn claim(store: &dyn Store, handler: &str, keys: &[&str]) -> Verdict<Vec<bool>> {
    let mut transaction = store.begin().await?;
    let claimed = transaction.claim(handler, &owned(keys)).await?;
    transaction.commit().await?;
    Ok(claimed)
}

pub(super) fn owned(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// A row whose body is `body` and whose key is `key`.
pub(super) fn row(key: Option<&str>, body: impl Into<Bytes>) -> OutboxRow {
    let mut headers = Headers::new();
    headers.push_display(property::MESSAGE_ID, Uuid::now_v7());
    headers.push(property::TYPE, "order.placed.v1");
    if let Some(key) = key {
        headers.push(&format!("{}partitionkey", PREFIXES[0]), key);
    }
    let message = Message {
        headers,
        body: body.into(),
    };
    let outgoing = Outgoing {
        exchange: "events".to_owned(),
        routing_key: "order.placed.v1".to_owned(),
        message,
    };
    OutboxRow::new(outgoing, false)
}

/// Rows with the bodies `from..to`, all of one key.
pub(super) fn numbered(key: &str, numbers: std::ops::Range<usize>) -> Vec<OutboxRow> {
    numbers.map(|number| row(Some(key), number.to_string())).collect()
}

pub(super) fn bodies(rows: &[OutboxRow]) -> Vec<String> {
    let body = |row: &OutboxRow| String::from_utf8_lossy(&row.outgoing.message.body).into_owned();
    rows.iter().map(body).collect()
}
