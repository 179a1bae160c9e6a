//! Counters of a running service: cheap to add to, read as a snapshot.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counters of the whole service.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(crate) published: Counter,
}

impl Stats {
    pub(crate) fn published(&self) -> u64 {
        self.published.get()
    }
}

/// Counters of one handler.
#[derive(Debug)]
pub(crate) struct HandlerStats {
    handler: &'static str,
    pub(crate) delivered: Counter,
    pub(crate) handled: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) skipped: Counter,
    pub(crate) stale: Counter,
    pub(crate) held: Counter,
    pub(crate) failed: Counter,
    pub(crate) retried: Counter,
    pub(crate) delayed: Counter,
    pub(crate) acks_lost: Counter,
    pub(crate) alerts: Counter,
    pub(crate) sessions: Counter,
    /// Deliveries whose handling is over, whatever came of them.
    pub(crate) ended: Counter,
    /// Deliveries that came down the delay ladder.
    pub(crate) returned: Counter,
    times: Times,
    dead: Mutex<BTreeMap<String, u64>>,
}

/// How long attempts took: one counter per power of two of nanoseconds, four steps each.
#[derive(Debug)]
struct Times([Counter; 4 * 64]);

impl HandlerStats {
    pub(crate) fn new(handler: &'static str) -> Self {
        Self {
            handler,
            delivered: Counter::default(),
            handled: Counter::default(),
            duplicates: Counter::default(),
            skipped: Counter::default(),
            stale: Counter::default(),
            held: Counter::default(),
            failed: Counter::default(),
            retried: Counter::default(),
            delayed: Counter::default(),
            acks_lost: Counter::default(),
            alerts: Counter::default(),
            sessions: Counter::default(),
            ended: Counter::default(),
            returned: Counter::default(),
            times: Times(std::array::from_fn(|_| Counter::default())),
            dead: Mutex::default(),
        }
    }

    /// Deliveries in hand, and copies on the delay ladder, as far as this process knows.
    pub(crate) fn open(&self) -> u64 {
        let in_hand = self.delivered.get().saturating_sub(self.ended.get());
        in_hand + self.delayed.get().saturating_sub(self.returned.get())
    }

    /// One attempt took this long.
    pub(crate) fn took(&self, time: Duration) {
        let nanos = (time.as_nanos() as u64).max(4);
        let power = nanos.ilog2();
        let quarter = nanos >> (power - 2) & 3;
        self.times.0[(4 * power + quarter as u32) as usize].add(1);
    }

    /// One delivery became a dead letter.
    pub(crate) fn dead(&self, reason: &str) {
        let mut dead = self.dead.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match dead.get_mut(reason) {
            Some(count) => *count += 1,
            None => drop(dead.insert(reason.to_owned(), 1)),
        }
    }

    pub(crate) fn snapshot(&self) -> HandlerSnapshot {
        let counts: Vec<u64> = self.times.0.iter().map(Counter::get).collect();
        HandlerSnapshot {
            handler: self.handler.to_owned(),
            delivered: self.delivered.get(),
            handled: self.handled.get(),
            duplicates: self.duplicates.get(),
            skipped: self.skipped.get(),
            stale: self.stale.get(),
            held: self.held.get(),
            failed: self.failed.get(),
            retried: self.retried.get(),
            delayed: self.delayed.get(),
            acks_lost: self.acks_lost.get(),
            alerts: self.alerts.get(),
            waiting_dead_letters: None,
            oldest_dead_letter: None,
            sessions: self.sessions.get(),
            dead_letters: self
                .dead
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .clone(),
            p50: percentile(&counts, 0.50),
            p99: percentile(&counts, 0.99),
        }
    }
}

/// The upper edge of the step in which the percentile lies: at most a quarter too high.
fn percentile(counts: &[u64], part: f64) -> Duration {
    let total: u64 = counts.iter().sum();
    let wanted = (total as f64 * part).ceil() as u64;
    let mut seen = 0;
    for (step, count) in counts.iter().enumerate() {
        seen += count;
        if total > 0 && seen >= wanted {
            let (power, quarter) = (step / 4, step as u128 % 4);
            return Duration::from_nanos(((1u128 << power) + ((quarter + 1) << power) / 4) as u64);
        }
    }
    Duration::ZERO
}

/// Counters of one job.
#[derive(Debug, Default)]
pub(crate) struct JobStats {
    pub(crate) runs: Counter,
    pub(crate) failed: Counter,
    pub(crate) published: Counter,
    pub(crate) known: Counter,
}

impl JobStats {
    pub(crate) fn snapshot(&self, job: &str) -> JobSnapshot {
        JobSnapshot {
            job: job.to_owned(),
            runs: self.runs.get(),
            failed: self.failed.get(),
            published: self.published.get(),
            known: self.known.get(),
        }
    }
}

/// What a service has done since it started.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// Events published and confirmed, by handlers and through the publisher; not retries and dead letters.
    pub published: u64,
    /// One entry per handler, in the order in which they were registered.
    pub handlers: Vec<HandlerSnapshot>,
    /// One entry per `#[reconcile]` job, in the order in which they were registered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobSnapshot>,
}

/// What one job has done in this process since the service started.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct JobSnapshot {
    /// Its name.
    pub job: String,
    /// Runs that have ended, whatever came of them.
    pub runs: u64,
    /// Runs that ended with an error, a panic or at their time limit.
    pub failed: u64,
    /// Events that were missing, and are in the outbox.
    pub published: u64,
    /// Events that were not missing.
    pub known: u64,
}

/// What one handler has done since the service started.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct HandlerSnapshot {
    /// Its name.
    pub handler: String,
    /// Deliveries that arrived, repetitions included.
    pub delivered: u64,
    /// Deliveries that ended well.
    pub handled: u64,
    /// Deliveries of events that an `idempotent` handler had handled before: acked, and nothing else.
    pub duplicates: u64,
    /// Deliveries whose failure was one to skip.
    pub skipped: u64,
    /// Deliveries that were older than what was handled of their key: acked, and nothing else.
    pub stale: u64,
    /// Deliveries that were put into the line of a held key, the failed ones among them.
    pub held: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Attempts that were repeated in process.
    pub retried: u64,
    /// Deliveries that were sent to the delay ladder for a later attempt.
    pub delayed: u64,
    /// Settlements the broker never got, because the session was over: those deliveries come again.
    pub acks_lost: u64,
    /// Sessions with the broker so far: 1 as long as nothing broke.
    pub sessions: u64,
    /// Dead letters by reason.
    pub dead_letters: BTreeMap<String, u64>,
    /// Failures for good of a kind that was new, or that had not been seen for an hour: each was an alert.
    pub alerts: u64,
    /// Dead letters that wait on the broker, from whatever process, as last seen: every 30 s. Those that a command has in
    /// hand are not counted. `None` until they were counted.
    pub waiting_dead_letters: Option<u64>,
    /// How long the oldest of them has been dead.
    pub oldest_dead_letter: Option<Duration>,
    /// Half of the attempts took at most this long.
    pub p50: Duration,
    /// 99 of 100 attempts took at most this long.
    pub p99: Duration,
}

impl HandlerSnapshot {
    /// Dead letters, whatever the reason.
    #[must_use]
    pub fn dead(&self) -> u64 {
        self.dead_letters.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_at_most_a_quarter_too_high() {
        let stats = HandlerStats::new("h");
        for millis in 1..=100 {
            stats.took(Duration::from_millis(millis));
        }
        let snapshot = stats.snapshot();
        assert!((50..=63).contains(&snapshot.p50.as_millis()), "{:?}", snapshot.p50);
        assert!((99..=125).contains(&snapshot.p99.as_millis()), "{:?}", snapshot.p99);
        stats.took(Duration::ZERO);
        stats.took(Duration::MAX);
    }
}
