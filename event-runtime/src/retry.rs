//! How often, and how far apart.

use std::time::Duration;

/// How often a handler tries an event, and how long it waits in between.
///
/// The wait doubles from `from` up to `to`; each one is drawn at random between half of it and the whole of it, so that
/// handlers that failed together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many times in all, the first one included. Default 5.
    pub attempts: u32,
    /// The first wait. Default 200 ms.
    pub from: Duration,
    /// The longest wait. Default 30 s.
    pub to: Duration,
}

impl RetryPolicy {
    /// 5 attempts, 200 ms to 30 s.
    pub const DEFAULT: Self = Self::new(5, Duration::from_millis(200), Duration::from_secs(30));

    /// The waits that are spent in process, holding the delivery, instead of on the broker.
    pub const IN_PROCESS: Duration = Duration::from_secs(5);

    /// `attempts` in all, waiting `from` up to `to`.
    #[must_use]
    pub const fn new(attempts: u32, from: Duration, to: Duration) -> Self {
        Self { attempts, from, to }
    }

    /// The wait after the `attempt`th failure (from 1), before jitter.
    #[must_use]
    pub fn backoff(&self, attempt: u32) -> Duration {
        let doubled = 2u32
            .checked_pow(attempt.saturating_sub(1))
            .and_then(|factor| self.from.checked_mul(factor));
        doubled.unwrap_or(self.to).min(self.to)
    }

    /// The wait after the `attempt`th failure, drawn at random between half of the backoff and the whole of it.
    #[must_use]
    pub fn wait(&self, attempt: u32) -> Duration {
        self.backoff(attempt).mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// The longest time from the first attempt to the last, without the attempts themselves.
    #[must_use]
    pub fn horizon(&self) -> Duration {
        (1..self.attempts).map(|attempt| self.backoff(attempt)).sum()
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stop_at_the_longest() {
        let policy = RetryPolicy::new(5, Duration::from_millis(200), Duration::from_secs(1));
        let waits: Vec<_> = (1..=5).map(|attempt| policy.backoff(attempt).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1000, 1000]);
        assert_eq!(policy.horizon(), Duration::from_millis(2400));
        assert_eq!(policy.backoff(u32::MAX), policy.to);
        for _ in 0..1000 {
            let wait = policy.wait(2).as_millis();
            assert!((200..=400).contains(&wait), "{wait}");
        }
    }
}
