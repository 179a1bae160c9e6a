//! Effects once: `idempotent` handlers on PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use event_runtime::prelude::*;

use super::service::{self, SERVICE};
use crate::Result;
use crate::broker::Site;
use crate::contender::{Contender, Effects, Until};
use crate::ledger::Ledger;
use crate::order::{Order, Paid};
use crate::tally::Tally;

/// Transactions at a time, as the yardstick.
const CONNECTIONS: u16 = 4;

async fn pay(order: &Order, tx: &mut Tx<'_, Postgres>, tally: &Tally) -> std::result::Result<Paid, BoxError> {
    let update = sqlx::query("UPDATE orders SET paid = true WHERE position = $1");
    update.bind(order.position as i64).execute(&mut **tx).await?;
    tally.handle(order);
    Ok(Paid::from(order))
}

/// An ordinary handler.
#[handler(idempotent, prefetch = 1000)]
async fn pay_grouped(
    order: Order,
    tx: &mut Tx<'_, Postgres>,
    tally: State<Arc<Tally>>,
) -> std::result::Result<Paid, BoxError> {
    pay(&order, tx, &tally).await
}

/// Every order in a transaction of its own.
#[handler(idempotent(alone), prefetch = 1000)]
async fn pay_alone(
    order: Order,
    tx: &mut Tx<'_, Postgres>,
    tally: State<Arc<Tally>>,
) -> std::result::Result<Paid, BoxError> {
    pay(&order, tx, &tally).await
}

/// One statement for many.
#[handler(idempotent, batch(max = 100, within = "1ms"), prefetch = 1000)]
async fn pay_batch(
    orders: Batch<Order>,
    tx: &mut Tx<'_, Postgres>,
    tally: State<Arc<Tally>>,
) -> std::result::Result<Vec<Paid>, BoxError> {
    let positions: Vec<_> = orders.iter().map(|order| order.position as i64).collect();
    let update = sqlx::query("UPDATE orders SET paid = true WHERE position = ANY($1)");
    update.bind(positions).execute(&mut **tx).await?;
    orders.iter().for_each(|order| tally.handle(order));
    Ok(orders.iter().map(|order| Paid::from(&**order)).collect())
}

macro_rules! rows {
    ($($row:ident = $handler:ident, $name:literal, $slow:literal),+ $(,)?) => {$(
        /// A row.
        pub(crate) struct $row;

        impl Contender for $row {
            fn name(&self) -> String {
                $name.to_owned()
            }

            fn handicap(&self) -> usize {
                $slow
            }
        }

        #[async_trait(?Send)]
        impl Effects for $row {
            fn queue(&self) -> String {
                format!("{SERVICE}.{}", stringify!($handler))
            }

            async fn serve(&self, site: &Site, ledger: &Ledger, handled: &Arc<Tally>, until: Until<'_>) -> Result<()> {
                let store = PostgresStore::connect_with(ledger.url(), CONNECTIONS).await?;
                let service = service::on(site).state(Arc::clone(handled)).store(store);
                let running = service.handle::<$handler>().start().await?;
                running.ready().await;
                until.await?;
                running.shutdown().await;
                Ok(())
            }
        }
    )+};
}

rows!(
    Grouped = pay_grouped,
    "event-runtime, `idempotent`",
    1,
    Alone = pay_alone,
    "event-runtime, `idempotent(alone)`",
    2,
    SetBased = pay_batch,
    "event-runtime, `idempotent`, `Batch`, one UPDATE for all",
    1,
);
