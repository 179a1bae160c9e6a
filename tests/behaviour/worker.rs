//! A service in a process of its own, with its commands. The name and the journal come from the environment.

#[allow(dead_code, reason = "the tests use the others")]
#[path = "events.rs"]
mod events;

use event_runtime::prelude::*;
use event_tests::{Fact, Journal, Kind, child};
use events::{Does, Paid, Work};
use std::sync::Arc;
use std::time::Duration;

/// Does what it is told to, and writes down what it did.
#[handler(concurrency = 10, prefetch = 50, retry(attempts = 1))]
async fn work(work: Work, at: Context, journal: State<Arc<Journal>>) -> Result<(), BoxError> {
    let fact = |kind| Fact::new(kind, at.id()).key(work.number);
    journal.record(fact(Kind::Started));
    tracing::info!("at work");
    match work.does {
        Does::Nothing => {}
        Does::Sleep => tokio::time::sleep(Duration::from_secs(1)).await,
        Does::Fail => Err(format!("number {} cannot be done", work.number))?,
        Does::Abort => std::process::abort(),
        Does::Overflow => drop(deeper(u64::from(work.number))),
    }
    journal.record(fact(Kind::Effect));
    Ok(())
}

/// Takes what only one user may send.
#[handler(from = ["shop"])]
async fn cash(_: Paid, at: Context, journal: State<Arc<Journal>>) {
    journal.record(Fact::new(Kind::Effect, at.id()));
}

/// Runs out of stack: the process dies of it.
#[allow(unconditional_recursion, reason = "that is the point")]
fn deeper(depth: u64) -> u64 {
    let bytes = std::hint::black_box([depth; 64]);
    deeper(depth + 1) + bytes[(depth % 64) as usize]
}

#[tokio::main]
async fn main() -> event_runtime::Result<()> {
    child::exit_with_parent();
    let name = std::env::var("WORKER_NAME").unwrap_or_else(|_| "worker".to_owned());
    Service::new(name)
        .state(Arc::new(Journal::inherited()))
        .handle::<work>()
        .handle::<cash>()
        .main()
        .await
}
