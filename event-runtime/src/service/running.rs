use super::config::Config;
use super::held::Held;
use super::processed::Processed;
use super::watch::Waiting;
use crate::consumer::{Caller, Phase, Shared, inbox};
use crate::dead_letter::DeadLetters;
use crate::envelope::EventId;
use crate::error::Result;
use crate::handler::Handler;
use crate::outbox::Outbox;
use crate::publisher::Publisher;
use crate::reconcile::Job;
use crate::replay::{self, Backfill, Target};
use crate::stats::{Snapshot, Stats};
use crate::store::Store;
use crate::topology::{Names, Topology};
use crate::transport::{Health, Transport};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// A service that runs. Dropping it ends it abruptly; what was in hand comes again.
#[derive(Debug)]
pub struct Running {
    config: Config,
    transport: Arc<dyn Transport>,
    names: Names,
    topology: Topology,
    publisher: Publisher,
    stats: Arc<Stats>,
    handlers: Vec<Started>,
    ready: watch::Sender<Health>,
    tasks: JoinSet<()>,
    kept: Kept,
}

/// What comes with a store.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) health: watch::Receiver<Health>,
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) outbox: Outbox,
    pub(super) jobs: Vec<Arc<Job>>,
    /// Something was handled.
    pub(super) handled: Arc<Notify>,
    pub(super) asked: watch::Sender<bool>,
    pub(super) held: Held,
    pub(super) callers: Vec<Caller>,
    pub(super) waiting: Arc<Waiting>,
}

/// A handler that runs: over one queue, or one for each of its partitions.
#[derive(Debug)]
pub(super) struct Started {
    first: Part,
    others: Vec<Part>,
}

/// What reads one queue.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) shared: Arc<Shared>,
    pub(super) queue: String,
    pub(super) health: watch::Receiver<Health>,
}

impl Started {
    /// `None` without any part.
    pub(super) fn new(parts: Vec<Part>) -> Option<Self> {
        let mut parts = parts.into_iter();
        Some(Self {
            first: parts.next()?,
            others: parts.collect(),
        })
    }

    /// What all parts have in common.
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.first.shared
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl Running {
    #[allow(clippy::too_many_arguments, reason = "called once, by the start of a service")]
    pub(super) fn new(
        config: Config,
        transport: Arc<dyn Transport>,
        names: Names,
        topology: Topology,
        publisher: Publisher,
        stats: Arc<Stats>,
        handlers: Vec<Started>,
        ready: watch::Sender<Health>,
        tasks: JoinSet<()>,
        kept: Kept,
    ) -> Self {
        Self {
            config,
            transport,
            names,
            topology,
            publisher,
            stats,
            handlers,
            ready,
            tasks,
            kept,
        }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Publishes events from outside a handler.
    #[must_use]
    pub fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// Puts events into the outbox, in a transaction of the caller's own.
    ///
    /// Without a store nothing publishes them.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.kept.outbox
    }

    /// Whether the `idempotent` handler `H` has dealt with the event: read-your-writes for an API.
    pub fn processed<H: Handler>(&self, id: &EventId) -> Processed {
        Processed::new(
            self.kept.store.clone(),
            inbox(&self.config.service, H::NAME),
            id.clone(),
            Arc::clone(&self.kept.handled),
        )
    }

    /// What has happened so far.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            published: self.stats.published(),
            handlers: self
                .handlers
                .iter()
                .map(|handler| self.kept.waiting.fill(handler.shared().stats.snapshot()))
                .collect(),
            jobs: self.kept.jobs.iter().map(|job| job.stats.snapshot(job.name)).collect(),
        }
    }

    /// The dead letters of this service's handlers.
    #[must_use]
    pub fn dead_letters(&self) -> DeadLetters {
        DeadLetters::new(Arc::clone(&self.transport), self.names.clone()).with_callers(self.kept.callers.clone())
    }

    /// Events of the bus's archive, to be sent to one handler again.
    ///
    /// # Errors
    ///
    /// No such handler.
    pub fn replay(&self, handler: &str) -> Result<Backfill> {
        Ok(Backfill::new(self.target(handler)?))
    }

    /// Goes on with a replay that a crash has broken off, from the file that [`Backfill::state`] named.
    ///
    /// # Errors
    ///
    /// No such file, or one of another service.
    pub fn resume_replay(&self, file: impl AsRef<Path>) -> Result<Backfill> {
        Backfill::resume(file.as_ref(), |handler| self.target(handler))
    }

    /// Ends a replay with [`Backfill::pause_live`] that was broken off: what it has sent is handled, then live events go on.
    ///
    /// # Errors
    ///
    /// No such handler, no such replay, the broker's.
    ///
    /// # Cancel safety
    ///
    /// Calling it again goes on.
    pub async fn resume_live(&self, handler: &str) -> Result<()> {
        replay::resume_live(&self.target(handler)?, |_| {}).await
    }

    fn target(&self, handler: &str) -> Result<Target> {
        let all: Vec<_> = self.handlers.iter().map(|handler| handler.shared().handler).collect();
        let shared = self.handlers[replay::named(handler, &all)?].shared();
        Ok(Target {
            transport: Arc::clone(&self.transport),
            names: self.names.clone(),
            handler: shared.handler,
            options: shared.options,
            contracts: shared.contracts,
            plain: shared.plain,
        })
    }

    /// The keys that handlers hold, because one of their events has failed for good.
    #[must_use]
    pub fn held(&self) -> &Held {
        &self.kept.held
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.handlers.iter().flat_map(Started::parts)
    }

    /// Whether every handler reads its queue; if not, which one does not, and why.
    #[must_use]
    pub fn health(&self) -> Health {
        let up = self.ready.borrow().clone();
        if up != Health::Up {
            // The connection knows why before the first attempt at the topology has ended.
            let connection = self.transport.health().borrow().clone();
            let knows_more = up == Health::Connecting && connection != Health::Up;
            return if knows_more { connection } else { up };
        }
        let store = self.kept.health.borrow().clone();
        if store != Health::Up {
            return match store {
                Health::Down(why) => Health::Down(format!("store: {why}")),
                other => other,
            };
        }
        for part in self.parts() {
            let health = part.health.borrow().clone();
            if health != Health::Up {
                return match health {
                    Health::Down(why) => Health::Down(format!("{}: {why}", part.shared.handler)),
                    other => other,
                };
            }
        }
        self.transport.health().borrow().clone()
    }

    /// Waits until every handler reads its queue.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn ready(&self) {
        let mut up = self.ready.subscribe();
        // The senders live as long as the service: an error means that it has ended.
        let _ = up.wait_for(|health| *health == Health::Up).await;
        let _ = self.kept.health.clone().wait_for(|health| *health == Health::Up).await;
        for part in self.parts() {
            let _ = part.health.clone().wait_for(|health| *health == Health::Up).await;
        }
    }

    /// Waits until nothing waits in the handlers' queues and nothing is being handled; for examples and tests.
    ///
    /// Retries that wait on the delay ladder count as work. Other processes on the same queues are not seen.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn idle(&self) {
        self.ready().await;
        let mut quiet = 0;
        while quiet < 3 {
            // The outbox last but one: what has left it in the meantime is in a queue by now.
            let unpublished = self.unpublished().await;
            let waiting = self.waiting().await;
            let none = unpublished == Some(0) && waiting == Some(0);
            quiet = if none { quiet + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Events in the outbox that are not in quarantine; `None` when the store does not say.
    async fn unpublished(&self) -> Option<u64> {
        let Some(store) = &self.kept.store else { return Some(0) };
        let backlog = store.backlog(&self.config.service).await.ok()?;
        Some(backlog.waiting.saturating_sub(backlog.quarantined))
    }

    /// Messages in the handlers' queues, deliveries in hand and copies on the ladder; `None` when the broker does not say.
    async fn waiting(&self) -> Option<u64> {
        let mut waiting = 0;
        for part in self.parts() {
            waiting += self.transport.depth(&part.queue).await.ok()?;
        }
        // After the queues: what has left them in the meantime is in hand by now.
        Some(
            waiting
                + self
                    .handlers
                    .iter()
                    .map(|handler| handler.shared().stats.open())
                    .sum::<u64>(),
        )
    }

    /// Stops taking events, lets running handlers finish within the grace period, gives back what was not begun, and
    /// closes the connections. `true` when everything that was running has finished.
    ///
    /// # Cancel safety
    ///
    /// A dropped call ends the service abruptly, as dropping it does; what was in hand comes again.
    pub async fn shutdown(mut self) -> bool {
        for part in self.parts() {
            part.shared.phase.send_replace(Phase::Stopping);
        }
        self.kept.asked.send_replace(true);
        let finished = tokio::time::timeout(self.config.grace, async {
            while self.tasks.join_next().await.is_some() {}
        })
        .await
        .is_ok();
        self.tasks.shutdown().await;
        self.transport.close().await;
        if let Some(store) = &self.kept.store {
            store.close().await;
        }
        finished
    }

    /// Deletes this service's queues and exchanges with everything in them, and the archive if it asks for one; for tests and
    /// examples.
    ///
    /// The bus goes too, unless it leads to the queues of other services.
    ///
    /// # Errors
    ///
    /// The broker's.
    pub async fn remove_topology(&self) -> Result<()> {
        Ok(self.transport.remove(&self.topology).await?)
    }
}
