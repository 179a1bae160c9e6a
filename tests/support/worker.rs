//! A service in a process of its own, which a test may kill.
//!
//! | variable | says |
//! |---|---|
//! | `EVENT_URL`, `EVENT_BUS` | as for every service |
//! | `WORKER_SERVICE` | its name |
//! | `WORKER_HANDLERS` | which handlers of `event_tests::work`, separated by commas |
//! | `WORKER_HOLD` | orders with an odd number never get to their effect |
//! | `EVENT_TEST_JOURNAL` | where the handlers write what they do |
//! | `EVENT_FAILPOINT` | where the runtime kills the process |
//!
//! Changes of its health are lines on standard output; its log is standard error.

use event_runtime::transport::Health;
use event_tests::work::{self, Log};
use event_tests::{Journal, child};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> event_runtime::Result<()> {
    child::exit_with_parent();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let name = std::env::var("WORKER_SERVICE").unwrap_or_else(|_| "worker".to_owned());
    let handlers = std::env::var("WORKER_HANDLERS").unwrap_or_default();
    let handlers: Vec<_> = handlers.split(',').filter(|name| !name.is_empty()).collect();
    let log = Log::new(Arc::new(Journal::inherited())).hold_odd(std::env::var_os("WORKER_HOLD").is_some());
    let mut terminate = signal(SignalKind::terminate())?;
    let running = work::service(&name, log, &handlers).start().await?;
    let mut shown = Health::Connecting;
    let mut look = tokio::time::interval(Duration::from_millis(50));
    loop {
        tokio::select! {
            _ = look.tick() => {}
            _ = terminate.recv() => break,
        }
        let health = running.health();
        if health != shown {
            println!("health: {health:?}");
            shown = health;
        }
    }
    running.shutdown().await;
    println!("stopped");
    Ok(())
}
