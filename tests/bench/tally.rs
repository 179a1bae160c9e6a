//! What every handler in these tables does: look at the order and count it.

use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::order::Order;

/// Counts handled orders up to a target and keeps the time of the first and the last.
#[derive(Debug)]
pub(crate) struct Tally {
    target: usize,
    handled: AtomicUsize,
    first: OnceLock<Instant>,
    last: OnceLock<Instant>,
    complete: Notify,
}

impl Tally {
    pub(crate) fn new(target: usize) -> Self {
        Self {
            target,
            handled: AtomicUsize::new(0),
            first: OnceLock::new(),
            last: OnceLock::new(),
            complete: Notify::new(),
        }
    }

    /// The handler's work.
    pub(crate) fn handle(&self, order: &Order) {
        black_box(order.total_cents + i64::try_from(order.lines.len()).unwrap_or_default());
        self.count();
    }

    /// One more.
    pub(crate) fn count(&self) {
        match self.handled.fetch_add(1, Ordering::AcqRel) + 1 {
            1 => _ = self.first.set(Instant::now()),
            count if count == self.target => {
                _ = self.last.set(Instant::now());
                self.complete.notify_one();
            }
            _ => {}
        }
    }

    /// Waits for the target; gives the time from the first handled order to the last.
    pub(crate) async fn complete(&self) -> Duration {
        while self.last.get().is_none() {
            self.complete.notified().await;
        }
        let first = self.first.get().copied();
        let last = self.last.get().copied();
        first
            .zip(last)
            .map_or(Duration::ZERO, |(first, last)| last.saturating_duration_since(first))
    }
}
