//! What taking part means: one trait for each table. Who takes part stands in [`list`].

pub(crate) mod channel;
pub(crate) mod direct;
pub(crate) mod lapin;
pub(crate) mod list;
pub(crate) mod ours;

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::Result;
use crate::broker::Site;
use crate::envelope::Envelope;
use crate::ledger::Ledger;
use crate::pace::{Meter, Pace};
use crate::probe::Resting;
use crate::tally::Tally;

/// A row.
pub(crate) trait Contender {
    fn name(&self) -> String;

    /// How many times fewer messages this one is given, so that a slow row does not hold up the table.
    fn handicap(&self) -> usize {
        1
    }
}

/// Publishes orders: encoded from the struct, persistent, mandatory, confirmed.
#[async_trait(?Send)]
pub(crate) trait Publish: Contender {
    /// Publishes `count` orders to `site`; gives the time until the last confirm, connecting not included.
    async fn publish(&self, site: &Site, count: usize) -> Result<Duration>;
}

/// Drains queues: typed decode, handler, manual ack.
#[async_trait(?Send)]
pub(crate) trait Consume: Contender {
    /// What the waiting messages carry.
    fn envelope(&self) -> Envelope {
        Envelope::CloudEvents
    }

    /// The exchange and queues it works on, one queue for each of `keys`.
    async fn site(&self, keys: &[String], _prefetch: u16) -> Result<Site> {
        Site::open(keys).await
    }

    /// Handles the `count` orders waiting in `site`; gives the time from the first handled to the last.
    /// Leaves the queues empty: every message acked.
    async fn consume(&self, site: &Site, count: usize, prefetch: u16) -> Result<Duration>;
}

/// Publishes at a given pace and handles what arrives.
#[async_trait(?Send)]
pub(crate) trait Relay: Contender {
    /// The exchange and queue it works on.
    async fn site(&self, keys: &[String]) -> Result<Site> {
        Site::open(keys).await
    }

    /// Sends with `pace.drive`, tells `meter` of each order handled; returns when all are.
    async fn relay(&self, site: &Site, pace: Pace, meter: &Arc<Meter>) -> Result<()>;
}

/// Effects once: an inbox row, a business change and an outbox row for every order, and what comes of it published.
#[async_trait(?Send)]
pub(crate) trait Effects: Contender {
    /// The queue it reads.
    fn queue(&self) -> String;

    /// Handles orders and tells `handled` of each, until `until` is over.
    async fn serve(&self, site: &Site, ledger: &Ledger, handled: &Arc<Tally>, until: Until<'_>) -> Result<()>;
}

/// Moves events from a database to the broker.
#[async_trait(?Send)]
pub(crate) trait Deliver: Contender {
    /// Starts to.
    async fn start(&self, site: &Site, ledger: &Ledger) -> Result<Box<dyn Delivering>>;
}

/// Does so until it is stopped.
#[async_trait(?Send)]
pub(crate) trait Delivering {
    /// Puts what comes of these orders into the outbox, in one transaction.
    async fn put(&self, positions: Range<u64>) -> Result<()>;

    async fn stop(self: Box<Self>);
}

/// Something to wait for.
pub(crate) type Until<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Publishes and handles inside one process, without a broker.
#[async_trait(?Send)]
pub(crate) trait Transit: Contender {
    /// Gives the time from the first order sent to the last handled.
    async fn transit(&self, count: usize) -> Result<Duration>;
}

/// Takes a body to a handler. Runs in a child process under valgrind, on one thread.
pub(crate) trait Dispatch: Contender {
    fn dispatch(&self, body: &[u8], count: usize);
}

/// Sits in a child process with nothing to do.
#[async_trait(?Send)]
pub(crate) trait Idle: Contender {
    /// Sets everything up, then `resting.measure().await`.
    async fn idle(&self, resting: Resting) -> Result<()>;
}

/// A crate of generated events, to be checked by the compiler.
#[derive(Debug)]
pub(crate) struct Flavour {
    pub(crate) name: &'static str,
    /// Lines of `[dependencies]`.
    pub(crate) dependencies: String,
    pub(crate) imports: &'static str,
    /// On the events.
    pub(crate) derives: &'static str,
    /// On the types inside them.
    pub(crate) inner: &'static str,
    /// The attribute of the event at a position.
    pub(crate) attribute: fn(usize) -> String,
    /// Whether there is a contract file for each of them.
    pub(crate) contracts: bool,
}
