use crate::retry::RetryPolicy;
use crate::topology::Queues;
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
    /// Events of one key are handled one after another, in their order. `ordered_by = "order_id"`.
    pub ordered: Option<Ordered>,
    /// An event that is older than the newest one handled of its key is skipped. `stale = "skip"`.
    pub skips_stale: bool,
}

/// Which events are handled one after another, and what becomes of the later ones when one fails for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ordered {
    /// The key of the events.
    pub by: &'static str,
    /// What the handler says; see [`Options::on_poison`].
    pub on_poison: Option<OnPoison>,
    /// Over how many queues its keys are spread; `None` is one queue. `partitions = 4`.
    pub partitions: Option<u16>,
}

/// What becomes of a key when one of its events has failed for good. `on_poison = "hold"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnPoison {
    /// The event and all later ones of its key wait in the store until somebody replays them; other keys go on.
    Hold,
    /// The event becomes a dead letter, and its key goes on without it.
    Skip,
    /// The handler stops, and everything waits on the broker.
    Stop,
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
        ordered: None,
        skips_stale: false,
    };

    /// What a handler with an order holds unsettled unless it says otherwise: another process that takes over gets all of
    /// it again.
    pub const ORDERED_PREFETCH: u16 = 50;

    /// How many partitions a handler can have: few enough to look for those that an older build has left.
    pub const PARTITIONS: [u16; 7] = [1, 2, 4, 8, 16, 32, 64];

    /// What an idempotent handler holds unsettled unless it says otherwise: what waits shares a transaction.
    pub const IDEMPOTENT_PREFETCH: u16 = 1000;

    /// What becomes of a key when one of its events has failed for good: what the handler says, or else `Hold` with a store
    /// (`idempotent`) and `Stop` without one.
    #[must_use]
    pub const fn on_poison(&self) -> OnPoison {
        match (self.ordered, self.idempotent) {
            (None, _) => OnPoison::Skip,
            (
                Some(Ordered {
                    on_poison: Some(on_poison),
                    ..
                }),
                _,
            ) => on_poison,
            (Some(_), Some(_)) => OnPoison::Hold,
            (Some(_), None) => OnPoison::Stop,
        }
    }

    /// How often an event has its effect, in words.
    pub(crate) fn delivery(&self) -> String {
        match self.idempotent {
            Some(idempotent) => {
                let by = idempotent.by.unwrap_or("id");
                let days = idempotent.window.as_secs() / 86_400;
                format!("effects once by {by}, for {days} days")
            }
            None => "at least once".to_owned(),
        }
    }

    /// How its events follow each other, in words.
    pub(crate) fn order(&self) -> String {
        let stale = if self.skips_stale { ", stale events skipped" } else { "" };
        match self.ordered {
            None => format!("none{stale}"),
            Some(ordered) => {
                let spread = match ordered.partitions {
                    Some(count) => format!(", over {count} partitions"),
                    None => String::new(),
                };
                let poison = match self.on_poison() {
                    OnPoison::Hold => "a failed event holds its key",
                    OnPoison::Skip => "a failed event is skipped",
                    OnPoison::Stop => "a failed event stops the handler",
                };
                format!("by {}{spread}, {poison}{stale}", ordered.by)
            }
        }
    }

    /// Gives it an order, by the key of its events.
    #[must_use]
    pub const fn with_ordered_by(mut self, key: &'static str) -> Self {
        if self.prefetch == Self::DEFAULT.prefetch || self.prefetch == Self::IDEMPOTENT_PREFETCH {
            self.prefetch = Self::ORDERED_PREFETCH;
        }
        self.ordered = Some(Ordered {
            by: key,
            on_poison: None,
            partitions: None,
        });
        self
    }

    /// Sets what becomes of a key when one of its events has failed for good; without an order it means nothing.
    #[must_use]
    pub const fn with_on_poison(mut self, on_poison: OnPoison) -> Self {
        if let Some(ordered) = &mut self.ordered {
            ordered.on_poison = Some(on_poison);
        }
        self
    }

    /// Spreads its keys over `count` queues, one of [`Options::PARTITIONS`]; without an order it means nothing.
    #[must_use]
    pub const fn with_partitions(mut self, count: u16) -> Self {
        if let Some(ordered) = &mut self.ordered {
            ordered.partitions = Some(count);
        }
        self
    }

    /// Over how many queues its keys are spread, if they are.
    #[must_use]
    pub const fn partitions(&self) -> Option<u16> {
        match self.ordered {
            Some(ordered) => ordered.partitions,
            None => None,
        }
    }

    /// In which queues its events wait, when their key is in this header.
    pub(crate) const fn queues(&self, key_header: &'static str) -> Queues {
        match (self.ordered, self.partitions()) {
            (None, _) => Queues::One,
            (Some(_), None) => Queues::Ordered,
            (Some(_), Some(count)) => Queues::Partitioned {
                count,
                header: key_header,
            },
        }
    }

    /// Skips what is older than the newest event handled of its key.
    #[must_use]
    pub const fn with_stale_skipped(mut self) -> Self {
        self.skips_stale = true;
        self
    }

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
