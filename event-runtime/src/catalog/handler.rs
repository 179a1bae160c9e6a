use crate::handler::Options;
use event_contract::Contract;

/// A handler of the service.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) takes: Vec<&'static Contract>,
    pub(crate) publishes: Vec<&'static Contract>,
    pub(crate) options: Options,
}

impl Handler {
    /// How often an event has its effect.
    pub(crate) fn delivery(&self) -> String {
        self.options.delivery()
    }

    /// How its deliveries follow each other.
    pub(crate) fn order(&self) -> String {
        self.options.order()
    }

    /// What one more delivery of the same event does: a replay, or a repeat after a crash.
    pub(crate) fn on_replay(&self) -> &'static str {
        if self.options.idempotent.is_some() {
            "is skipped if it was handled: what the handler writes and publishes is there once; `replay --force` runs it again"
        } else if self.publishes.is_empty() {
            "runs again: what it does elsewhere happens again, unless it hands the idempotency key on"
        } else {
            "runs again: what it does elsewhere happens again, unless it hands the idempotency key on; \
             what it publishes has the same ids as before"
        }
    }

    /// Attempts and waits.
    pub(crate) fn retries(&self) -> String {
        let retry = self.options.retry;
        match retry.attempts {
            0 | 1 => "1 attempt".to_owned(),
            attempts => format!("{attempts} attempts, {:?} to {:?} apart", retry.from, retry.to),
        }
    }

    /// What limits it: name and value.
    pub(crate) fn limits(&self) -> Vec<(&'static str, String)> {
        let options = &self.options;
        let mut limits = vec![
            ("retry", self.retries()),
            ("timeout", format!("{:?}", options.timeout)),
            ("concurrency", options.concurrency.to_string()),
            ("prefetch", options.prefetch.to_string()),
        ];
        if let Some(rate) = options.rate {
            limits.push(("rate", format!("{} per {:?}", rate.count, rate.per)));
        }
        if let Some(batch) = options.batch {
            limits.push(("batch", format!("{} within {:?}", batch.max, batch.within)));
        }
        if !options.from.is_empty() {
            limits.push(("only from", options.from.join(", ")));
        }
        limits
    }
}
