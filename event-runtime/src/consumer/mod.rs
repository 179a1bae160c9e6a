//! Delivery, handler, outcome, settlement.
//!
//! One task per handler reads its queue and drives the handler's calls. For every line that acks or publishes: a
//! delivery is acked only after everything it caused is confirmed by the broker, so dying anywhere repeats work and
//! loses none.

mod admit;
mod attempt;
mod copy;
mod gather;
mod guard;
mod history;
mod hold;
mod process;
mod settle;
mod slot;
mod supervise;
mod worker;

pub use history::Attempt;
pub(crate) use history::{History, cut};
pub(crate) use settle::Settler;
pub(crate) use slot::{Slot, slot};
pub(crate) use supervise::{Job, supervise};

use crate::handler::Options;
use crate::message::Limits;
use crate::publisher::Publisher;
use crate::stats::HandlerStats;
use crate::topology::Names;
use crate::transport::Delivery;
use event_contract::Contract;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

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
    pub(crate) host: String,
    pub(crate) build: String,
    pub(crate) phase: watch::Sender<Phase>,
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

/// What one call works on; and, when it comes back, what of it may be acked.
#[derive(Debug)]
pub(crate) enum Work {
    Nothing,
    One(Delivery),
    /// Probably crashes its handler: goes to the dead letters without a call.
    Suspect(Delivery),
    Many(Vec<Delivery>),
}

impl Work {
    fn len(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::One(_) | Self::Suspect(_) => 1,
            Self::Many(deliveries) => deliveries.len() as u64,
        }
    }
}
