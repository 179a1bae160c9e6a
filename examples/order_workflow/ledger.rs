//! The books: what became of every event, under the id of the order that began it.

use crate::events::{OrderPlaced, PaymentAuthorized};
use crate::gateway::PaymentError;
use event_runtime::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What became of an order so far. A later state never goes back to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Came to the first handler.
    Arrived,
    /// A later revision had come before: nothing to do.
    Stale,
    /// On the list of a warehouse.
    Enlisted,
    /// Through all three handlers.
    Fulfilled,
}

/// The books. A clone is the same books.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Books>>);

#[derive(Debug, Default)]
struct Books {
    newest: HashMap<String, u32>,
    stages: HashMap<String, Stage>,
    places: HashMap<String, u64>,
    paid: HashMap<String, HashSet<u64>>,
    again: Again,
}

/// Events that a handler had seen before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Again {
    /// At the payment.
    pub placed: u64,
    /// At the warehouse.
    pub authorized: u64,
    /// At the end.
    pub queued: u64,
}

impl Ledger {
    /// Notes that an order came.
    ///
    /// # Errors
    ///
    /// [`PaymentError::Stale`] after a later revision of the same order.
    pub fn arrived(&self, order: &OrderPlaced, ctx: &Context) -> Result<(), PaymentError> {
        let mut books = self.books();
        let known = books.stages.contains_key(&ctx.metadata.correlation_id);
        if known && ctx.attempt == 1 && !ctx.replay {
            books.again.placed += 1;
        }
        let newest = books.newest.entry(order.order_ref.clone()).or_default();
        *newest = order.revision.max(*newest);
        let newest = *newest;
        if order.revision < newest {
            books.reach(&ctx.metadata.correlation_id, Stage::Stale);
            return Err(PaymentError::Stale {
                arrived: order.revision,
                newest,
            });
        }
        books.reach(&ctx.metadata.correlation_id, Stage::Arrived);
        Ok(())
    }

    /// Notes what the gateway answered.
    pub fn paid(&self, authorization: u64, ctx: &Context) {
        let mut books = self.books();
        let paid = books.paid.entry(ctx.metadata.correlation_id.clone()).or_default();
        paid.insert(authorization);
    }

    /// How many events were paid once, and how many more than once.
    pub fn payments(&self) -> (usize, usize) {
        let books = self.books();
        let once = books.paid.values().filter(|paid| paid.len() == 1).count();
        (once, books.paid.len() - once)
    }

    /// The order's place in the warehouse's list: the one it has, or the next one.
    pub fn enlist(&self, payment: &PaymentAuthorized, ctx: &Context) -> u64 {
        let mut books = self.books();
        let known = books.stages.get(&ctx.metadata.correlation_id) >= Some(&Stage::Enlisted);
        books.again.authorized += u64::from(known);
        let next = books.places.len() as u64 + 1;
        let place = *books.places.entry(payment.order_ref.clone()).or_insert(next);
        books.reach(&ctx.metadata.correlation_id, Stage::Enlisted);
        place
    }

    /// Notes that an order is through.
    pub fn close(&self, correlation_id: &str) {
        let mut books = self.books();
        let known = books.stages.get(correlation_id) == Some(&Stage::Fulfilled);
        books.again.queued += u64::from(known);
        books.reach(correlation_id, Stage::Fulfilled);
    }

    /// What became of the event `id`.
    pub fn stage(&self, id: &str) -> Option<Stage> {
        self.books().stages.get(id).copied()
    }

    /// How many orders have a place on a list.
    pub fn places(&self) -> u64 {
        self.books().places.len() as u64
    }

    /// Events that a handler had seen before.
    pub fn again(&self) -> Again {
        self.books().again
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn reach(&mut self, id: &str, stage: Stage) {
        let reached = self.stages.entry(id.to_owned()).or_insert(stage);
        *reached = stage.max(*reached);
    }
}
