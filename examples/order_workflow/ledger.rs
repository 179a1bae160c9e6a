//! The books: what became of every event, under the id of the order that began it.
//!
//! Every handler adds a row, and no constraint keeps it from adding a second one: what happens twice is there twice.

use crate::events::{OrderPlaced, PaymentAuthorized};
use event_runtime::prelude::*;
use sqlx::{QueryBuilder, SqliteConnection, SqlitePool};
use std::collections::HashMap;

/// Made where they are missing.
pub const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS orders (event_id TEXT NOT NULL, order_ref TEXT NOT NULL, revision INTEGER NOT NULL, \
        stale BOOLEAN NOT NULL);
    CREATE INDEX IF NOT EXISTS orders_by_ref ON orders (order_ref);
    CREATE TABLE IF NOT EXISTS payments (event_id TEXT NOT NULL, order_ref TEXT NOT NULL, authorization INTEGER NOT NULL, \
        place INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS payments_by_ref ON payments (order_ref);
    CREATE TABLE IF NOT EXISTS closed (event_id TEXT NOT NULL);
";

/// Writes down that an order came, and says whether a later revision had come before.
pub async fn accept(tx: &mut SqliteConnection, order: &OrderPlaced, id: &EventId) -> Result<bool, sqlx::Error> {
    const SQL: &str = "INSERT INTO orders (event_id, order_ref, revision, stale) SELECT ?1, ?2, ?3, \
         EXISTS (SELECT 1 FROM orders WHERE order_ref = ?2 AND revision > ?3) RETURNING stale";
    sqlx::query_scalar(SQL)
        .bind(id.to_string())
        .bind(&order.order_ref)
        .bind(order.revision)
        .fetch_one(tx)
        .await
}

/// Writes a payment down; returns the order's place in the warehouse's list: the one it has, or the next one.
pub async fn pay(tx: &mut SqliteConnection, payment: &PaymentAuthorized, order_id: &str) -> Result<u64, sqlx::Error> {
    const SQL: &str = "INSERT INTO payments (event_id, order_ref, authorization, place) SELECT ?1, ?2, ?3, \
         coalesce((SELECT min(place) FROM payments WHERE order_ref = ?2), (SELECT max(rowid) FROM payments) + 1, 1) \
         RETURNING place";
    let place: i64 = sqlx::query_scalar(SQL)
        .bind(order_id)
        .bind(&payment.order_ref)
        .bind(payment.authorization as i64)
        .fetch_one(tx)
        .await?;
    Ok(place.unsigned_abs())
}

/// Writes down that orders are through.
pub async fn close(tx: &mut SqliteConnection, order_ids: impl Iterator<Item = &str>) -> Result<(), sqlx::Error> {
    let mut query = QueryBuilder::new("INSERT INTO closed (event_id) ");
    query.push_values(order_ids, |mut row, id| {
        row.push_bind(id.to_owned());
    });
    query.build().execute(tx).await.map(drop)
}

/// What became of an order so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The first handler has it.
    Accepted,
    /// A later revision had come before: nothing to do.
    Stale,
    /// Paid, and on the list of a warehouse.
    Paid,
    /// Through all handlers.
    Fulfilled,
}

/// What was done, and to how many different things: more of the first than of the second is a second effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effects {
    pub all: u64,
    pub different: u64,
}

impl Effects {
    /// How many there are too many.
    pub fn again(self) -> u64 {
        self.all - self.different
    }
}

/// What is in the tables: for reading only.
#[derive(Debug, Clone)]
pub struct Ledger(SqlitePool);

impl Ledger {
    pub fn new(store: &SqliteStore) -> Self {
        Self(store.reader().clone())
    }

    /// How many events have come to their end: closed, or stale.
    pub async fn ended(&self) -> Result<u64, sqlx::Error> {
        const SQL: &str = "SELECT (SELECT count(*) FROM closed) + (SELECT count(*) FROM orders WHERE stale)";
        let ended: i64 = sqlx::query_scalar(SQL).fetch_one(&self.0).await?;
        Ok(ended.unsigned_abs())
    }

    /// What became of every event.
    pub async fn stages(&self) -> Result<HashMap<String, Stage>, sqlx::Error> {
        const SQL: &str = "SELECT event_id, stale, event_id IN (SELECT event_id FROM payments), \
             event_id IN (SELECT event_id FROM closed) FROM orders";
        let rows: Vec<(String, bool, bool, bool)> = sqlx::query_as(SQL).fetch_all(&self.0).await?;
        let stages = rows.into_iter().map(|row| match row {
            (id, _, _, true) => (id, Stage::Fulfilled),
            (id, _, true, _) => (id, Stage::Paid),
            (id, true, _, _) => (id, Stage::Stale),
            (id, ..) => (id, Stage::Accepted),
        });
        Ok(stages.collect())
    }

    /// Rows and different events: of the orders, the payments, and the orders that are closed.
    pub async fn effects(&self) -> Result<[Effects; 3], sqlx::Error> {
        const SQL: [&str; 3] = [
            "SELECT count(*), count(DISTINCT event_id) FROM orders",
            "SELECT count(*), count(DISTINCT event_id) FROM payments",
            "SELECT count(*), count(DISTINCT event_id) FROM closed",
        ];
        let mut effects = [Effects::default(); 3];
        for (effects, sql) in effects.iter_mut().zip(SQL) {
            let (all, different): (i64, i64) = sqlx::query_as(sql).fetch_one(&self.0).await?;
            *effects = Effects {
                all: all.unsigned_abs(),
                different: different.unsigned_abs(),
            };
        }
        Ok(effects)
    }
}
