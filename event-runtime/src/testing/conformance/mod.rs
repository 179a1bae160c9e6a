//! What a transport is, and what a store is: whatever passes these checks.
//!
//! First the bare transport, then a service on it. Every [`Check`] states one promise, works under names of its own, and removes what it made, so that the suite runs on
//! a broker that others use too. [`transport()`] runs all of them and panics with a table if one fails; [`checks`] gives
//! them one by one.
//!
//! ```
//! use event_runtime::testing::conformance;
//! use event_runtime::transport::memory::MemoryTransport;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let bus = MemoryTransport::new();
//! conformance::transport(async || bus.clone()).await;
//! # }
//! ```
//!
//! [`store()`] does the same for a store, over two handles on one database.
//!
//! ```
//! use event_runtime::store::memory::MemoryStore;
//! use event_runtime::testing::conformance;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let store = MemoryStore::new();
//! conformance::store(async || store.clone()).await;
//! # }
//! ```

mod lab;
mod reader;
mod report;
mod service;
mod store;
mod transport;
mod verdict;

pub use report::{Outcome, Report};

use crate::store::Store;
use crate::transport::Transport;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use lab::Lab;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use store::Desk;
use tokio::time::{Instant, timeout};
use verdict::{Failure, Verdict};

/// A check that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(120);

/// How many checks run side by side. A quorum queue takes three file handles, and a broker that was started with the
/// usual 1024 lets nobody in any more when they are used up; some checks make twenty queues.
const SIDE_BY_SIDE: usize = 4;

#[derive(Clone, Copy)]
enum Run {
    Transport(for<'a> fn(&'a Lab) -> BoxFuture<'a, Verdict>),
    Store(for<'a> fn(&'a Desk) -> BoxFuture<'a, Verdict>),
}

/// One promise, and the test of it.
#[derive(Clone, Copy)]
pub struct Check {
    name: &'static str,
    promise: &'static str,
    run: Run,
}

impl Check {
    /// What it is called, in snake case.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What a transport or a store promises, in one sentence.
    #[must_use]
    pub fn promise(&self) -> &'static str {
        self.promise
    }

    /// Runs it over two connections to the same broker, and closes them. A check of stores fails.
    pub async fn run<T: Transport>(&self, one: T, two: T) -> Outcome {
        let lab = Lab::new(self.name, Arc::new(one), Arc::new(two));
        let running = match self.run {
            Run::Transport(run) => run(&lab),
            Run::Store(_) => Box::pin(async { Err(Failure::new("a check of stores: use `run_store`")) }),
        };
        let (took, verdict) = watched(running).await;
        let cleaned = lab.clean_up().await;
        Outcome::new(*self, took, verdict.and(cleaned))
    }

    /// Runs it over two handles on the same database, and closes them. A check of transports fails.
    pub async fn run_store<S: Store>(&self, one: S, two: S) -> Outcome {
        let desk = Desk::new(self.name, Arc::new(one), Arc::new(two));
        let running = match self.run {
            Run::Store(run) => run(&desk),
            Run::Transport(_) => Box::pin(async { Err(Failure::new("a check of transports: use `run`")) }),
        };
        let (took, verdict) = watched(running).await;
        let cleaned = desk.clean_up().await;
        Outcome::new(*self, took, verdict.and(cleaned))
    }
}

async fn watched(running: BoxFuture<'_, Verdict>) -> (Duration, Verdict) {
    let started = Instant::now();
    let verdict = match timeout(LIMIT, AssertUnwindSafe(running).catch_unwind()).await {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(panic)) => Err(Failure::panicked(&*panic)),
        Err(_) => Err(Failure::new(format!("not done within {LIMIT:?}"))),
    };
    (started.elapsed(), verdict)
}

/// All checks of transports.
#[must_use]
pub fn checks() -> Vec<Check> {
    [transport::CHECKS.concat(), service::CHECKS.concat()].concat()
}

/// All checks of stores.
#[must_use]
pub fn store_checks() -> Vec<Check> {
    store::CHECKS.concat()
}

/// Runs all checks, each over two connections that `connect` makes to one broker.
pub async fn run<T: Transport>(connect: impl AsyncFn() -> T) -> Report {
    let running = stream::iter(checks()).map(async |check| {
        let (one, two) = (connect().await, connect().await);
        check.run(one, two).await
    });
    Report::new(running.buffered(SIDE_BY_SIDE).collect().await)
}

/// Runs all checks, each over two connections that `connect` makes to one broker.
///
/// The transport must have the limits [`Limits::TRANSPORT`](crate::message::Limits::TRANSPORT).
///
/// # Panics
///
/// When a check fails; the message is a table of all of them.
pub async fn transport<T: Transport>(connect: impl AsyncFn() -> T) {
    let report = run(connect).await;
    assert!(report.passed(), "{report}");
}

/// Runs all checks of stores, each over two handles that `open` makes on one database. The tables are made first.
pub async fn run_store<S: Store>(open: impl AsyncFn() -> S) -> Report {
    // Should it fail, the checks say so.
    let _ = open().await.migrate().await;
    let running = stream::iter(store_checks()).map(async |check| {
        let (one, two) = (open().await, open().await);
        check.run_store(one, two).await
    });
    Report::new(running.buffered(SIDE_BY_SIDE).collect().await)
}

/// Runs all checks of stores, each over two handles that `open` makes on one database.
///
/// # Panics
///
/// When a check fails; the message is a table of all of them.
pub async fn store<S: Store>(open: impl AsyncFn() -> S) {
    let report = run_store(open).await;
    assert!(report.passed(), "{report}");
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.promise)
    }
}
