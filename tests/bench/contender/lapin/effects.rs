//! Effects once, written by hand: lapin, the same database client, an inbox and an outbox.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use sqlx::{Connection as _, PgConnection, Postgres, Transaction};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::acker::merge_acks;
use super::outbox;
use crate::Result;
use crate::broker::{Site, connect};
use crate::contender::{Contender, Effects, Until};
use crate::ledger::Ledger;
use crate::order::{Order, Paid};
use crate::tally::Tally;

/// How the business change of a transaction is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writes {
    /// A statement for each order, one after another: what a handler does that knows of one order.
    OneByOne,
    /// One statement for all of them.
    Set,
}

/// So many orders in a transaction, on so many connections.
pub(crate) struct Twin {
    pub(crate) group: usize,
    pub(crate) connections: usize,
    pub(crate) writes: Writes,
}

impl Contender for Twin {
    fn name(&self) -> String {
        let Self { group, connections, .. } = self;
        match (group, self.writes) {
            (1, _) => format!("by hand, a transaction for each order, {connections} connection(s)"),
            (_, Writes::OneByOne) => format!("by hand, {group} orders in one, {connections} connections"),
            (_, Writes::Set) => "by hand, the same with one UPDATE for all".to_owned(),
        }
    }

    fn handicap(&self) -> usize {
        if self.group == 1 {
            8 / self.connections.min(4)
        } else {
            1
        }
    }
}

#[async_trait(?Send)]
impl Effects for Twin {
    fn queue(&self) -> String {
        "bench.twin".to_owned()
    }

    async fn serve(&self, site: &Site, ledger: &Ledger, handled: &Arc<Tally>, until: Until<'_>) -> Result<()> {
        let connection = connect().await?;
        let channel = connection.create_channel().await?;
        channel.basic_qos(1_000, BasicQosOptions::default()).await?;
        let (_, queue) = &site.routes[0];
        let none = FieldTable::default();
        let consume = channel.basic_consume(queue.as_str().into(), "".into(), BasicConsumeOptions::default(), none);
        let consumer = consume.await?;
        let (groups, waiting) = mpsc::channel(1);
        let waiting = Arc::new(Mutex::new(waiting));
        let (done, tags) = mpsc::unbounded_channel();
        let wake = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        let size = self.group;
        tasks.spawn(async move {
            let mut chunks = consumer.ready_chunks(size);
            while let Some(chunk) = chunks.next().await {
                let deliveries = chunk.into_iter().collect::<std::result::Result<Vec<_>, _>>()?;
                groups.send(deliveries).await?;
            }
            Ok(())
        });
        tasks.spawn(merge_acks(channel, tags, usize::MAX));
        tasks.spawn(outbox::relay(
            site.exchange.clone(),
            ledger.connect().await,
            Arc::clone(&wake),
        ));
        for _ in 0..self.connections {
            let mut worker = Worker {
                database: ledger.connect().await,
                writes: self.writes,
                handled: Arc::clone(handled),
            };
            let (waiting, done, wake) = (Arc::clone(&waiting), done.clone(), Arc::clone(&wake));
            tasks.spawn(async move {
                loop {
                    let group: Option<Vec<Delivery>> = waiting.lock().await.recv().await;
                    let Some(group) = group else { return Ok(()) };
                    worker.handle(&group).await?;
                    wake.notify_one();
                    for delivery in group {
                        done.send(delivery.delivery_tag)?;
                    }
                }
            });
        }
        tokio::select! {
            ended = until => ended?,
            Some(ended) = tasks.join_next() => ended??,
        }
        // For the last acks.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        tasks.abort_all();
        connection.close(200, "done".into()).await?;
        Ok(())
    }
}

struct Worker {
    database: PgConnection,
    writes: Writes,
    handled: Arc<Tally>,
}

impl Worker {
    async fn handle(&mut self, group: &[Delivery]) -> Result<()> {
        let id = |delivery: &Delivery| delivery.properties.message_id().as_ref().map(ToString::to_string);
        let ids: Vec<String> = group.iter().filter_map(id).collect();
        let orders = group.iter().map(|delivery| Order::decode(&delivery.data));
        let orders = orders.collect::<Result<Vec<_>>>()?;
        let mut tx = self.database.begin().await?;
        let claimed = if let [id] = &ids[..] {
            let claim = sqlx::query("INSERT INTO inbox (handler, key) VALUES ('pay', $1) ON CONFLICT DO NOTHING");
            claim.bind(id).execute(&mut *tx).await?.rows_affected() as usize
        } else {
            let claim = "INSERT INTO inbox (handler, key) SELECT 'pay', key FROM unnest($1::text[]) AS key ORDER BY key \
                         ON CONFLICT DO NOTHING RETURNING key";
            let claimed = sqlx::query_scalar::<_, String>(claim).bind(&ids);
            claimed.fetch_all(&mut *tx).await?.len()
        };
        assert_eq!(claimed, orders.len(), "no order comes twice here");
        match self.writes {
            Writes::OneByOne => {
                for order in &orders {
                    let update = sqlx::query("UPDATE orders SET paid = true WHERE position = $1");
                    update.bind(order.position as i64).execute(&mut *tx).await?;
                    self.handled.handle(order);
                }
            }
            Writes::Set => {
                let positions: Vec<_> = orders.iter().map(|order| order.position as i64).collect();
                let update = sqlx::query("UPDATE orders SET paid = true WHERE position = ANY($1)");
                update.bind(positions).execute(&mut *tx).await?;
                orders.iter().for_each(|order| self.handled.handle(order));
            }
        }
        enqueue(&mut tx, &orders).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn enqueue(tx: &mut Transaction<'_, Postgres>, orders: &[Order]) -> Result<()> {
    let ids: Vec<_> = orders.iter().map(|_| Uuid::now_v7().to_string()).collect();
    let keys: Vec<_> = orders.iter().map(|order| order.order_id.to_string()).collect();
    let bodies = orders.iter().map(|order| serde_json::to_vec(&Paid::from(order)));
    let bodies = bodies.collect::<std::result::Result<Vec<_>, _>>()?;
    outbox::enqueue(tx, &ids, &keys, &bodies).await
}
