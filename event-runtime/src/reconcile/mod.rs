//! Jobs that ask another system what has happened there, and publish only what is missing.

mod argument;
mod missing;
mod repeat;
mod runner;

pub use argument::{JobArgument, JobReturn};
pub use missing::{Missing, Run};
pub(crate) use runner::{Runner, run};

use crate::handler::{Provide, Stock};
use crate::stats::JobStats;
use event_contract::Contract;
use futures_util::future::BoxFuture;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A job: what `#[reconcile(every = "1h")]` makes of an async function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job",
    label = "not a job",
    note = "put `#[reconcile(every = \"1h\")]` on the async function; one `use` then brings the function and the job"
)]
pub trait Reconcile: Send + Sync + 'static {
    /// One word.
    const NAME: &'static str;
    /// What the attribute says.
    const OPTIONS: JobOptions;
    /// The first paragraph of the function's documentation.
    const SUMMARY: &'static str;
    /// What the arguments publish.
    const PUBLISHES: &'static [Option<&'static Contract>];
    /// What the arguments need from the service.
    type Needs: Send + Sync + 'static;

    /// Calls the function; the text of its error.
    fn run(needs: &Self::Needs, run: &Arc<Run>) -> impl Future<Output = Result<(), String>> + Send;
}

/// What `#[reconcile(..)]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobOptions {
    /// How long after one run the next one begins. `every = "1h"`.
    pub every: Duration,
    /// The longest one run may take. `timeout = "5m"`.
    pub timeout: Duration,
    /// How long it is remembered what was published. `window = "14d"`.
    pub window: Duration,
}

impl JobOptions {
    /// At most 5 minutes, remembered for 14 days.
    #[must_use]
    pub const fn new(every: Duration) -> Self {
        Self {
            every,
            timeout: Duration::from_secs(5 * 60),
            window: Duration::from_secs(14 * 24 * 3600),
        }
    }

    /// Sets the time limit of one run.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the window.
    #[must_use]
    pub const fn with_window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }
}

/// A job whose needs a service with `States` and `Store` can meet.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job",
    label = "not a job",
    note = "put `#[reconcile(every = \"1h\")]` on the async function; one `use` then brings the function and the job"
)]
pub trait Runs<States, Store, Places>: Reconcile {
    /// Takes the needs out of the states.
    fn needs(states: &States) -> Self::Needs;
}

impl<J: Reconcile, States, Store, Places> Runs<States, Store, Places> for J
where
    for<'s> Stock<'s, States, Store>: Provide<J::Needs, Places>,
{
    fn needs(states: &States) -> Self::Needs {
        let stock = Stock {
            states,
            store: PhantomData,
        };
        stock.provide()
    }
}

type Start = Box<dyn Fn(Arc<Run>) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// A job that is registered.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) options: JobOptions,
    pub(crate) publishes: Vec<&'static Contract>,
    pub(crate) stats: Arc<JobStats>,
    start: Start,
}

impl Job {
    pub(crate) fn new<J: Reconcile>(needs: J::Needs) -> Self {
        let needs = Arc::new(needs);
        Self {
            name: J::NAME,
            summary: J::SUMMARY,
            options: J::OPTIONS,
            publishes: J::PUBLISHES.iter().copied().flatten().collect(),
            stats: Arc::default(),
            start: Box::new(move |run| {
                let needs = Arc::clone(&needs);
                Box::pin(async move { J::run(&needs, &run).await })
            }),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("name", &self.name).finish_non_exhaustive()
    }
}
