//! Sending at a fixed rate, and the time each order takes to its handler.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{MissedTickBehavior, interval};

use crate::Result;

/// An offered load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) per_second: u32,
    pub(crate) count: usize,
}

impl Pace {
    /// Sends every order when its time has come, whether or not the ones before it are confirmed.
    pub(crate) async fn drive(self, meter: &Meter, send: impl AsyncFn(usize) -> Result<()>) -> Result<()> {
        let mut ticks = interval(Duration::from_secs(1) / self.per_second);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut unconfirmed = FuturesUnordered::new();
        let mut position = 0;
        while position < self.count {
            tokio::select! {
                biased;
                _ = ticks.tick() => {
                    meter.sent(position);
                    unconfirmed.push(send(position));
                    position += 1;
                }
                Some(confirmed) = unconfirmed.next() => confirmed?,
            }
        }
        while let Some(confirmed) = unconfirmed.next().await {
            confirmed?;
        }
        Ok(())
    }
}

/// The times of sending and handling, by position.
#[derive(Debug)]
pub(crate) struct Meter {
    begin: Instant,
    sent: Vec<AtomicU64>,
    took: Vec<AtomicU64>,
}

impl Meter {
    pub(crate) fn new(count: usize) -> Self {
        let zeros = || std::iter::repeat_with(AtomicU64::default).take(count).collect();
        Self {
            begin: Instant::now(),
            sent: zeros(),
            took: zeros(),
        }
    }

    pub(crate) fn sent(&self, position: usize) {
        self.sent[position].store(self.now(), Ordering::Release);
    }

    /// The handler's work.
    pub(crate) fn handled(&self, position: usize) {
        let took = self.now() - self.sent[position].load(Ordering::Acquire);
        self.took[position].store(took, Ordering::Release);
    }

    /// Microseconds at the 50th and the 99th percentile; the first tenth is warm-up.
    pub(crate) fn percentiles(&self) -> [f64; 2] {
        let mut took: Vec<u64> = self.took.iter().map(|took| took.load(Ordering::Acquire)).collect();
        let took = &mut took[self.sent.len() / 10..];
        took.sort_unstable();
        [took.len() / 2, took.len() * 99 / 100].map(|at| took[at] as f64 / 1_000.0)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
