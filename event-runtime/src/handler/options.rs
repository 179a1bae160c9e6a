use crate::retry::RetryPolicy;
use std::time::Duration;

/// What `#[handler(..)]` says, with the defaults for what it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How often, and how far apart. `retry(attempts = 5, from = "200ms", to = "30s")`.
    pub retry: RetryPolicy,
    /// The longest one attempt may take. `timeout = "30s"`.
    pub timeout: Duration,
    /// How many deliveries are handled at the same time in one process. `concurrency = 16`.
    pub concurrency: u16,
    /// How many unsettled deliveries the broker hands to one process. `prefetch = 100`.
    pub prefetch: u16,
    /// The most attempts started per second in one process. `rate = "100/s"`.
    pub rate: Option<Rate>,
    /// Several events in one call. `batch(max = 100, within = "500ms")`.
    pub batch: Option<BatchOptions>,
    /// The broker users whose events are taken; empty means all. `from = ["checkout"]`.
    pub from: &'static [&'static str],
    /// Each event has its effect once. `idempotent`.
    pub idempotent: Option<Idempotent>,
}

/// How an event is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Idempotent {
    /// The field that tells events apart; `None` is the event's id. `by = "payment_id"`.
    pub by: Option<&'static str>,
    /// How long it is remembered. `window = "14d"`.
    pub window: Duration,
    /// Every event has a transaction of its own, instead of sharing one with those that wait. `alone`.
    pub alone: bool,
}

impl Idempotent {
    /// By id, for 14 days.
    pub const DEFAULT: Self = Self {
        by: None,
        window: Duration::from_secs(14 * 24 * 3600),
        alone: false,
    };

    /// Sets the field.
    #[must_use]
    pub const fn with_by(mut self, field: &'static str) -> Self {
        self.by = Some(field);
        self
    }

    /// Sets the window.
    #[must_use]
    pub const fn with_window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// Sets [`alone`](Self::alone).
    #[must_use]
    pub const fn alone(mut self) -> Self {
        self.alone = true;
        self
    }
}

/// So many in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In which time.
    pub per: Duration,
}

/// When a batch is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchOptions {
    /// With so many events.
    pub max: u16,
    /// Or so long after the first one.
    pub within: Duration,
}

impl Options {
    /// 5 attempts, 30 s each, 16 at a time out of 100.
    pub const DEFAULT: Self = Self {
        retry: RetryPolicy::DEFAULT,
        timeout: Duration::from_secs(30),
        concurrency: 16,
        prefetch: 100,
        rate: None,
        batch: None,
        from: &[],
        idempotent: None,
    };

    /// What an idempotent handler holds unsettled unless it says otherwise: what waits shares a transaction.
    pub const IDEMPOTENT_PREFETCH: u16 = 1000;

    /// Makes it idempotent.
    #[must_use]
    pub const fn with_idempotent(mut self, idempotent: Idempotent) -> Self {
        if self.prefetch == Self::DEFAULT.prefetch {
            self.prefetch = Self::IDEMPOTENT_PREFETCH;
        }
        self.idempotent = Some(idempotent);
        self
    }

    /// Sets the retry policy.
    #[must_use]
    pub const fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the time limit of one attempt.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many are handled at a time.
    #[must_use]
    pub const fn with_concurrency(mut self, concurrency: u16) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Sets how many are held unsettled.
    #[must_use]
    pub const fn with_prefetch(mut self, prefetch: u16) -> Self {
        self.prefetch = prefetch;
        self
    }

    /// Sets the rate.
    #[must_use]
    pub const fn with_rate(mut self, count: u32, per: Duration) -> Self {
        self.rate = Some(Rate { count, per });
        self
    }

    /// Sets the batch.
    #[must_use]
    pub const fn with_batch(mut self, max: u16, within: Duration) -> Self {
        self.batch = Some(BatchOptions { max, within });
        self
    }

    /// Sets the publishers that are taken.
    #[must_use]
    pub const fn with_from(mut self, from: &'static [&'static str]) -> Self {
        self.from = from;
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::DEFAULT
    }
}
