//! All jobs of a service, in one of its processes at a time.

use super::Job;
use super::repeat::repeat;
use crate::outbox::Outbox;
use crate::store::{Lease, Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How often the process that has the jobs gives a sign of life.
const EXTEND: Duration = Duration::from_secs(3);
/// How often one that has not tries to get them.
const STANDBY: Duration = Duration::from_secs(2);
/// How long the store may take for one step.
const STEP: Duration = Duration::from_secs(5);

/// What runs the jobs of a service.
pub(crate) struct Runner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) outbox: Outbox,
    pub(crate) jobs: Vec<Arc<Job>>,
    /// Becomes true when the service stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// Runs until the service stops; takes the lease again whenever it is lost.
pub(crate) async fn run(mut runner: Runner) {
    // A name that no service can have: its relay has a lease too.
    let name = format!("{}:reconcile", runner.outbox.service());
    while !*runner.stop.borrow() {
        match step(runner.store.lease(&name)).await {
            // Several processes may get parts of one lease. One of them has the first part.
            Ok(Some(lease)) if lease.parts().contains(&0) => {
                tracing::debug!(service = runner.outbox.service(), "this process runs the jobs");
                if let Err(error) = runner.serve(lease).await {
                    tracing::warn!(%error, "another process may run the jobs now");
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot tell whose turn it is to run the jobs; trying again"),
        }
        let wait = STANDBY.mul_f64(0.5 + fastrand::f64());
        tokio::select! {
            _ = runner.stop.wait_for(|stop| *stop) => {}
            () = sleep(wait) => {}
        }
    }
}

impl Runner {
    /// Runs the jobs until the service stops or the lease is over.
    async fn serve(&mut self, mut lease: Box<dyn Lease>) -> Result<(), StoreError> {
        let mut jobs = JoinSet::new();
        for job in &self.jobs {
            let (store, outbox) = (Arc::clone(&self.store), self.outbox.clone());
            jobs.spawn(repeat(Arc::clone(job), store, outbox, self.stop.clone()));
        }
        loop {
            tokio::select! {
                _ = self.stop.wait_for(|stop| *stop) => break,
                () = sleep(EXTEND) => {}
            }
            // An error drops the jobs: what they were about to write, the next process finds missing.
            step(lease.extend()).await?;
        }
        while jobs.join_next().await.is_some() {}
        lease.end().await;
        Ok(())
    }
}

async fn step<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match timeout(STEP, work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {STEP:?}"))),
    }
}
