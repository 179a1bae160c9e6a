//! An outbox and its relay, written by hand: a page, a window, a delete.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use sqlx::{Connection as _, PgConnection, Row as _};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::outlet::{confirm_all, together};
use crate::Result;
use crate::broker::{Site, connect};
use crate::contender::{Contender, Deliver, Delivering};
use crate::envelope::Envelope;
use crate::ledger::Ledger;
use crate::order::{ORDER_PAID, Order, Paid};

/// Rows of one look.
const PAGE: i64 = 500;

/// Puts events into the outbox, with one statement.
pub(super) async fn enqueue(tx: &mut PgConnection, ids: &[String], keys: &[String], bodies: &[Vec<u8>]) -> Result<()> {
    const SQL: &str = "INSERT INTO outbox (key, event_id, type, headers, body) \
         SELECT key, id, $4, '', body FROM unnest($1::text[], $2::text[], $3::bytea[]) \
         WITH ORDINALITY AS row (id, key, body, at) ORDER BY at";
    let insert = sqlx::query(SQL).bind(ids).bind(keys).bind(bodies).bind(ORDER_PAID);
    insert.execute(tx).await?;
    Ok(())
}

/// Publishes what is in the outbox, for ever.
pub(super) async fn relay(exchange: String, mut database: PgConnection, wake: Arc<Notify>) -> Result<()> {
    let connection = connect().await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    loop {
        let page = sqlx::query("SELECT id, key, event_id, type, headers, body FROM outbox ORDER BY id LIMIT $1");
        let page = page.bind(PAGE).fetch_all(&mut database).await?;
        if page.is_empty() {
            _ = tokio::time::timeout(Duration::from_millis(200), wake.notified()).await;
            continue;
        }
        let options = BasicPublishOptions {
            mandatory: true,
            ..Default::default()
        };
        let sends = page.iter().map(async |row| {
            let key: String = row.get(1);
            let body: Vec<u8> = row.get(5);
            let properties = Envelope::CloudEvents.properties(Uuid::parse_str(&key)?, ORDER_PAID);
            let publish =
                channel.basic_publish(exchange.as_str().into(), ORDER_PAID.into(), options, &body, properties);
            Ok(publish.await?)
        });
        confirm_all(together(sends).await?).await?;
        let ids: Vec<i64> = page.iter().map(|row| row.get(0)).collect();
        let delete = sqlx::query("DELETE FROM outbox WHERE id = ANY($1)").bind(ids);
        delete.execute(&mut database).await?;
    }
}

/// The relay alone.
pub(crate) struct Paged;

impl Contender for Paged {
    fn name(&self) -> String {
        "by hand: page, window, delete".to_owned()
    }
}

#[async_trait(?Send)]
impl Deliver for Paged {
    async fn start(&self, site: &Site, ledger: &Ledger) -> Result<Box<dyn Delivering>> {
        let wake = Arc::new(Notify::new());
        Ok(Box::new(Running {
            relay: tokio::spawn(relay(site.exchange.clone(), ledger.connect().await, Arc::clone(&wake))),
            database: Mutex::new(ledger.connect().await),
            wake,
        }))
    }
}

struct Running {
    relay: JoinHandle<Result<()>>,
    database: Mutex<PgConnection>,
    wake: Arc<Notify>,
}

#[async_trait(?Send)]
impl Delivering for Running {
    async fn put(&self, positions: Range<u64>) -> Result<()> {
        let all: Vec<Paid> = positions.map(|at| Paid::from(&Order::sample(at))).collect();
        let ids: Vec<_> = all.iter().map(|_| Uuid::now_v7().to_string()).collect();
        let keys: Vec<_> = all.iter().map(|paid| paid.order_id.to_string()).collect();
        let bodies = all.iter().map(serde_json::to_vec);
        let bodies = bodies.collect::<std::result::Result<Vec<_>, _>>()?;
        let mut database = self.database.lock().await;
        let mut tx = database.begin().await?;
        enqueue(&mut tx, &ids, &keys, &bodies).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    async fn stop(self: Box<Self>) {
        self.relay.abort();
    }
}
