use crate::envelope::EventId;
use crate::event::Event;
use crate::failpoint;
use crate::outbox::{Outbox, OutboxError, published};
use crate::stats::JobStats;
use crate::store::{OutboxRow, Store, StoreError};
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

/// How many events share a transaction.
const GROUP: usize = 100;
/// How long the store may take for a group.
const STEP: Duration = Duration::from_secs(10);
/// How often a group is tried, when the store is in the way.
const TRIES: u32 = 4;

/// Publishes events that have not been published under their ids before: an argument of `#[reconcile]` jobs.
///
/// Ids come from the other system, by [`EventId::derived`]. What [`Outbox::publish_once`] has published counts as
/// published, so a webhook and a job that know the same ids never publish the same thing twice.
pub struct Missing<E> {
    run: Arc<Run>,
    event: PhantomData<fn(E)>,
}

impl<E: Event> Missing<E> {
    pub(super) fn new(run: Arc<Run>) -> Self {
        Self {
            run,
            event: PhantomData,
        }
    }

    /// Publishes `event`, unless its `id` has been published.
    ///
    /// It is handed over: many share a transaction, so this is quick and says nothing about whether it was missing. What
    /// was handed over when the job ends, well or not, is published.
    ///
    /// # Errors
    ///
    /// An event that cannot be written; a store that is away for longer than some tries. The run may go on or end: what is
    /// still missing is found by the next one.
    ///
    /// # Cancel safety
    ///
    /// An event of a dropped call may or may not be published; never twice.
    pub async fn publish(&self, id: EventId, event: &E) -> Result<(), OutboxError> {
        let row = self.run.outbox.row(&id, event)?;
        let mut pending = self.run.pending.lock().await;
        pending.push(row);
        if pending.len() >= GROUP {
            self.run.write(&mut pending).await?;
        }
        Ok(())
    }
}

impl<E> fmt::Debug for Missing<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Missing")
    }
}

/// One run of a job, as its arguments see it.
pub struct Run {
    pub(super) store: Arc<dyn Store>,
    pub(super) outbox: Outbox,
    pub(super) stats: Arc<JobStats>,
    /// Handed over, and not yet in the outbox.
    pending: Mutex<Vec<OutboxRow>>,
}

impl Run {
    pub(super) fn new(store: Arc<dyn Store>, outbox: Outbox, stats: Arc<JobStats>) -> Self {
        Self {
            store,
            outbox,
            stats,
            pending: Mutex::default(),
        }
    }

    /// Writes what was handed over and not yet written.
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        self.write(&mut *self.pending.lock().await).await
    }

    /// Writes a group. It stays where it is until it is committed: a call that is dropped in here loses nothing, and what
    /// was committed all the same is known by its id.
    async fn write(&self, pending: &mut Vec<OutboxRow>) -> Result<(), StoreError> {
        let mut ids = HashSet::with_capacity(pending.len());
        pending.retain(|row| ids.insert(row.event_id.clone()));
        if pending.is_empty() {
            return Ok(());
        }
        let mut wait = Duration::from_millis(100);
        let mut left = TRIES;
        loop {
            left -= 1;
            let once = timeout(STEP, self.once(pending));
            let error = match once.await {
                Ok(Ok(published)) => {
                    self.stats.published.add(published as u64);
                    self.stats.known.add((pending.len() - published) as u64);
                    pending.clear();
                    return Ok(());
                }
                Ok(Err(error)) => error,
                Err(_) => StoreError::Unavailable(format!("no answer within {STEP:?}")),
            };
            if !error.passes() {
                return self.singly(std::mem::take(pending), error).await;
            }
            if left == 0 {
                return Err(error);
            }
            sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            wait *= 3;
        }
    }

    /// Something in a group is refused: all but that. What is refused is in nobody's way any more.
    async fn singly(&self, rows: Vec<OutboxRow>, mut error: StoreError) -> Result<(), StoreError> {
        if rows.len() > 1 {
            for row in rows {
                match self.once(std::slice::from_ref(&row)).await {
                    Ok(published) => {
                        self.stats.published.add(published as u64);
                        self.stats.known.add(1 - published as u64);
                    }
                    Err(refused) => {
                        tracing::error!(event_id = row.event_id, error = %refused, "an event of a job is not published");
                        error = refused;
                    }
                }
            }
        }
        Err(error)
    }

    /// One transaction: the ids, and the events whose ids are new. How many these were.
    async fn once(&self, pending: &[OutboxRow]) -> Result<usize, StoreError> {
        let service = self.outbox.service();
        let ids: Vec<String> = pending.iter().map(|row| row.event_id.clone()).collect();
        let mut transaction = self.store.begin().await?;
        let claimed = transaction.claim(&published(service), &ids).await?;
        let new = pending.iter().zip(claimed).filter(|(_, claimed)| *claimed);
        let new: Vec<OutboxRow> = new.map(|(row, _)| row.clone()).collect();
        if new.is_empty() {
            transaction.rollback().await?;
            return Ok(0);
        }
        transaction.enqueue(service, &new).await?;
        failpoint::hit(failpoint::BEFORE_GROUP);
        transaction.commit().await?;
        failpoint::hit(failpoint::AFTER_GROUP);
        self.outbox.wake();
        Ok(new.len())
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").finish_non_exhaustive()
    }
}
