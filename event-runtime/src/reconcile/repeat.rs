//! One job, again and again, whatever comes of a run.

use super::{Job, Run};
use crate::outbox::Outbox;
use crate::store::Store;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument as _;

/// The first run comes within this time, or within `every` where that is less: not all at once after a deploy.
const FIRST: Duration = Duration::from_secs(10);
/// The wait after a failure, doubled with each one after it, up to `every`.
const AGAIN: Duration = Duration::from_secs(1);

/// Runs the job until the service stops.
pub(super) async fn repeat(job: Arc<Job>, store: Arc<dyn Store>, outbox: Outbox, mut stop: watch::Receiver<bool>) {
    let every = job.options.every;
    let mut wait = every.min(FIRST).mul_f64(fastrand::f64());
    let mut failures = 0_u32;
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep(wait) => {}
        }
        let run = Arc::new(Run::new(Arc::clone(&store), outbox.clone(), Arc::clone(&job.stats)));
        let started = Instant::now();
        let ended = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => None,
            ended = once(&job, &run) => Some(ended),
        };
        // What it handed over is true, whatever came of it afterwards.
        let written = run.flush().await.map_err(|error| error.to_string());
        if let Err(error) = &written {
            tracing::error!(job = job.name, error, "what the job has found is not published");
        }
        let Some(ended) = ended else { return };
        job.stats.runs.add(1);
        let took_ms = started.elapsed().as_millis() as u64;
        wait = match ended.and(written) {
            Ok(()) => {
                failures = 0;
                tracing::debug!(job = job.name, took_ms, "reconciled");
                every
            }
            Err(error) => {
                job.stats.failed.add(1);
                let wait = AGAIN.saturating_mul(2_u32.saturating_pow(failures)).min(every);
                failures += 1;
                let wait_ms = wait.as_millis() as u64;
                tracing::error!(
                    job = job.name,
                    error,
                    took_ms,
                    failures,
                    wait_ms,
                    "a run of the job failed"
                );
                wait
            }
        };
        wait = wait.mul_f64(0.9 + fastrand::f64() / 5.0);
    }
}

/// One run, in a task of its own: what it breaks stays broken in there. Dropping this ends it at its next wait.
async fn once(job: &Job, run: &Arc<Run>) -> Result<(), String> {
    let mut task = JoinSet::new();
    let span = tracing::info_span!("reconcile", job = job.name);
    task.spawn((job.start)(Arc::clone(run)).instrument(span));
    match timeout(job.options.timeout, task.join_next()).await {
        Ok(Some(Ok(ended))) => ended,
        Ok(Some(Err(error))) => Err(panicked(error)),
        Ok(None) => Ok(()),
        Err(_) => Err(format!("it took longer than {:?}", job.options.timeout)),
    }
}

fn panicked(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "it was broken off".to_owned();
    };
    let text = text(panic.as_ref());
    // A panic's value is the user's as well: its `Drop` may panic in turn, and then it is left alone.
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(another);
    }
    format!("it panicked: {text}")
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_owned())
}
