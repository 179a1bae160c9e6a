//! Spreading the partitions of a handler over the processes that run it.
//!
//! The broker gives a partition to the process that came first, and keeps it there: whoever starts first has all of them. So
//! a process that reads more than its share hands some over, one after another. How many processes there are is how many
//! consumers an empty queue has: of a queue with a single active consumer, the broker counts only that one.

use super::Shared;
use crate::transport::{Session, Transport};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// Between two looks at who reads what. Handing over costs what is prefetched: it comes again elsewhere.
const LOOK: Duration = Duration::from_secs(3);

/// Whether a process reads a partition, and the wish that it does not.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    has_it: AtomicBool,
    over: Notify,
}

impl Turn {
    /// A session begins: it is not known yet who is active.
    pub(super) fn begins(&self) {
        self.has_it.store(false, Ordering::Relaxed);
    }

    /// Something was delivered: this process is the active one.
    pub(super) fn is_ours(&self) {
        if !self.has_it.load(Ordering::Relaxed) {
            self.has_it.store(true, Ordering::Relaxed);
        }
    }

    /// Resolves when another process should have it.
    pub(super) async fn over(&self) {
        self.over.notified().await;
    }
}

/// The partitions of one handler in this process.
pub(crate) struct Balance {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) parts: Vec<(String, Arc<Shared>)>,
}

/// Hands partitions over for as long as the service runs.
pub(crate) async fn balance(balance: Balance) {
    let Some((_, shared)) = balance.parts.first() else {
        return;
    };
    let readers = shared.names.readers(shared.handler);
    let mut present: Option<Box<dyn Session>> = None;
    loop {
        tokio::time::sleep(LOOK.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
        if shared.is_stopping() {
            return;
        }
        if present.as_deref().is_none_or(|session| !session.usable()) {
            present = balance.transport.consume(&readers, 1).await.ok();
        }
        // A broker that does not say leaves everything as it is.
        let Ok(processes) = balance.transport.readers(&readers).await else {
            continue;
        };
        let ours = |(_, shared): &&(String, Arc<Shared>)| shared.turn.has_it.load(Ordering::Relaxed);
        let ours: Vec<_> = balance.parts.iter().filter(ours).collect();
        let share = share(balance.parts.len(), processes);
        if ours.len() > share
            && let Some((queue, part)) = fastrand::choice(ours)
        {
            tracing::info!(handler = part.handler, queue, processes, "hands the partition over");
            part.turn.over.notify_one();
        }
    }
}

/// How many of the `partitions` one of the `processes` reads at most.
fn share(partitions: usize, processes: u64) -> usize {
    partitions.div_ceil(usize::try_from(processes).unwrap_or(usize::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn nobody_has_more_than_a_fair_share() {
        for (partitions, processes, most) in [(4, 0, 4), (4, 1, 4), (4, 2, 2), (4, 3, 2), (16, 3, 6), (4, 9, 1)] {
            assert_eq!(share(partitions, processes), most, "{partitions} over {processes}");
        }
    }
}
