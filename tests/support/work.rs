//! Events, and handlers that write what they do to a journal.
//!
//! The same handlers run inside a test and in the program `test-worker`, which a test may kill.

use crate::journal::{Fact, Journal, Kind};
use event_runtime::Service;
use event_runtime::handler::With;
use event_runtime::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// An order was placed.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "fault.order", version = 1, owner = "tests")]
pub struct Order {
    /// Which one.
    #[event(key)]
    pub number: u32,
}

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct Log {
    journal: Arc<Journal>,
    pause: Duration,
    hold: bool,
}

impl Log {
    /// Writes to `journal`.
    pub fn new(journal: Arc<Journal>) -> Self {
        Self {
            journal,
            pause: Duration::ZERO,
            hold: false,
        }
    }

    /// Every effect takes this long.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Orders with an odd number never get to their effect.
    #[must_use]
    pub fn hold_odd(mut self, hold: bool) -> Self {
        self.hold = hold;
        self
    }

    fn fact(&self, kind: Kind, context: &Context) -> Fact {
        Fact::new(kind, context.id()).handler(context.handler)
    }

    /// An attempt has begun; its number stands where others have a key.
    fn started(&self, context: &Context) {
        let attempt = format!("attempt {}", context.attempt);
        self.journal.record(self.fact(Kind::Started, context).key(attempt));
    }

    async fn work(&self, context: &Context, order: &Order) {
        self.started(context);
        if self.hold && order.number % 2 == 1 {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(self.pause).await;
        self.journal.record(self.fact(Kind::Effect, context));
    }
}

/// Why an order is not done yet.
#[derive(Debug, thiserror::Error, Failure)]
pub enum Trouble {
    /// Too long a wait to be spent in process: it goes to the delay ladder.
    #[error("not now")]
    #[failure(retry(after = "5100ms"))]
    Later,
    /// Straight to the dead letters.
    #[error("not ever")]
    #[failure(poison)]
    Never,
}

/// Takes effect at once.
#[handler]
pub async fn settle(order: Order, context: Context, State(log): State<Log>) {
    log.work(&context, &order).await;
}

/// Another one that takes effect at once.
#[handler]
pub async fn ship(order: Order, context: Context, State(log): State<Log>) {
    log.work(&context, &order).await;
}

/// Takes effect at the second attempt, which comes down the delay ladder.
#[handler]
pub async fn defer(order: Order, context: Context, State(log): State<Log>) -> Result<(), Trouble> {
    if context.attempt == 1 {
        log.started(&context);
        return Err(Trouble::Later);
    }
    log.work(&context, &order).await;
    Ok(())
}

/// Never takes effect.
#[handler]
pub async fn reject(order: Order, context: Context, State(log): State<Log>) -> Result<(), Trouble> {
    let _ = order;
    log.started(&context);
    Err(Trouble::Never)
}

/// A service with those of the handlers that `names` lists.
///
/// # Panics
///
/// When it lists another one.
pub fn service(name: &str, log: Log, names: &[&str]) -> Service<With<Log, ()>> {
    let mut service = Service::new(name).state(log);
    for name in names {
        service = match *name {
            "settle" => service.handle::<settle>(),
            "ship" => service.handle::<ship>(),
            "defer" => service.handle::<defer>(),
            "reject" => service.handle::<reject>(),
            other => panic!("no handler `{other}`"),
        };
    }
    service
}
