//! Delivery, handler, outcome, settlement.
//!
//! One task per handler reads its queue and drives the handler's calls. For every line that acks or publishes: a
//! delivery is acked only after everything it caused is confirmed by the broker, so dying anywhere repeats work and
//! loses none.

mod admit;
mod alarm;
mod attempt;
mod balance;
mod barrier;
mod buried;
mod copy;
mod drain;
mod durable;
mod gather;
mod group;
mod guard;
mod history;
mod hold;
mod lane;
mod line;
mod poison;
mod process;
mod receipt;
mod settle;
mod slot;
mod stale;
mod supervise;
mod trial;
mod worker;

pub(crate) use balance::{Balance, Turn, balance};
pub(crate) use barrier::{Barrier, next_done};
pub(crate) use drain::Line;
pub use drain::{Drained, FailedAgain};
pub(crate) use durable::{Durable, inbox};
pub use history::Attempt;
pub(crate) use history::{History, cut};
pub(crate) use line::Most;
pub(crate) use settle::Settler;
pub(crate) use slot::{Slot, slot};
pub(crate) use supervise::{Job, supervise};
pub use trial::Tried;
pub(crate) use trial::{Caller, Trial};

use crate::alert::Alerts;
use crate::failpoint;
use crate::failure::Failed;
use crate::handler::Options;
use crate::message::Limits;
use crate::publisher::Publisher;
use crate::retry::RetryPolicy;
use crate::stats::HandlerStats;
use crate::topology::Names;
use crate::transport::Delivery;
use event_contract::Contract;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;

/// RabbitMQ takes back what is unsettled for 30 minutes; an event that is retried in process must be done before that.
pub(crate) const UNSETTLED: Duration = Duration::from_secs(25 * 60);

/// What every call of one handler shares; made once, when the service starts.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) handler: &'static str,
    pub(crate) options: Options,
    pub(crate) contracts: &'static [&'static Contract],
    pub(crate) names: Names,
    pub(crate) publisher: Publisher,
    pub(crate) limits: Limits,
    /// Take messages without CloudEvents attributes.
    pub(crate) plain: bool,
    pub(crate) stats: Arc<HandlerStats>,
    pub(crate) alerts: Arc<Alerts>,
    pub(crate) host: String,
    pub(crate) build: String,
    pub(crate) phase: watch::Sender<Phase>,
    /// Why the handler takes nothing any more until the process starts again.
    pub(crate) stopped: OnceLock<String>,
    /// Of an idempotent handler.
    pub(crate) durable: Option<Durable>,
    /// Who reads its partition, if it has any.
    pub(crate) turn: Turn,
}

/// What a call that waits has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Running,
    /// The session is over: what is in hand cannot be settled any more and will come again.
    SessionOver,
    /// The service stops: finish what is running, wait for nothing.
    Stopping,
}

impl Shared {
    /// How many calls, or transactions, run at a time.
    fn concurrency(&self) -> usize {
        let most = self
            .durable
            .as_ref()
            .map_or(u16::MAX, |durable| durable.store.connections());
        self.options.concurrency.min(most).max(1).into()
    }

    /// How many deliveries that are waiting share a transaction: at least two, or none do.
    fn group(&self) -> Option<usize> {
        let durable = self.durable.as_ref()?;
        let alone = self.options.idempotent.is_some_and(|idempotent| idempotent.alone);
        Some(durable.group()).filter(|group| *group > 1 && !alone && self.options.batch.is_none())
    }

    /// Takes nothing any more. The first reason counts.
    fn stop(&self, why: String) {
        // What waits for a retry in another key has no use for it any more: it comes again.
        let _ = self.stopped.set(why);
    }

    /// Whether events of this name, in any version, are this handler's.
    fn takes(&self, name: &str) -> bool {
        self.contracts.iter().any(|contract| contract.name == name)
    }

    /// How long an event may wait between its attempts while it is in hand.
    fn patience(&self) -> Duration {
        if !self.is_ordered() {
            return RetryPolicy::IN_PROCESS;
        }
        let attempts = self.options.timeout.saturating_mul(self.options.retry.attempts);
        UNSETTLED.saturating_sub(attempts)
    }

    fn is_stopping(&self) -> bool {
        *self.phase.borrow() == Phase::Stopping
    }

    fn is_ordered(&self) -> bool {
        self.options.ordered.is_some()
    }

    /// Sleeps; `false` when the wait was cut short because waiting has no point any more.
    pub(crate) async fn sleep(&self, time: Duration) -> bool {
        let mut phase = self.phase.subscribe();
        tokio::select! {
            biased;
            _ = phase.wait_for(|phase| *phase != Phase::Running) => false,
            () = tokio::time::sleep(time) => true,
        }
    }
}

/// The machine.
pub(crate) fn host() -> String {
    std::env::var("HOSTNAME")
        .ok()
        .or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok())
        .map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

/// What one call works on; and, when it comes back, what of it may be acked.
#[derive(Debug)]
pub(crate) enum Work {
    Nothing,
    One(Delivery),
    /// Probably crashes its handler: goes to the dead letters without a call.
    Suspect(Delivery),
    Many(Vec<Delivery>),
    /// Of a group: what is done, and what goes on alone.
    Split(Vec<Delivery>, Vec<Again>),
    /// Was in a group, and goes on alone.
    Again(Box<Again>),
    /// No delivery: a held key that is replayed.
    Line(Box<Line>),
    /// No delivery: an event that is only tried.
    Trial(Box<Trial>),
}

/// A delivery that goes on alone, behind a failed attempt in a group, if there was one.
#[derive(Debug)]
pub(crate) struct Again {
    delivery: Delivery,
    history: History,
    failed: Option<Failed>,
}

impl Again {
    fn new(shared: &Shared, delivery: Delivery) -> Self {
        Self {
            history: History::of(shared, &delivery),
            delivery,
            failed: None,
        }
    }
}

impl Work {
    /// What is not at its end yet.
    fn unfinished(&self) -> u64 {
        match self {
            Self::Split(_, again) => again.len() as u64,
            _ => 0,
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::Nothing | Self::Line(_) | Self::Trial(_) => 0,
            Self::One(_) | Self::Suspect(_) | Self::Again(_) => 1,
            Self::Split(settled, again) => (settled.len() + again.len()) as u64,
            Self::Many(deliveries) => deliveries.len() as u64,
        }
    }
}
