//! Order per key: the same handler without one, with one, and over partitions.

use std::sync::Arc;
use std::time::Duration;

use event_runtime::prelude::*;
use event_runtime::store::Store as _;

use crate::Result;
use crate::broker::{private_name, url};
use crate::ledger::Ledger;
use crate::tally::Tally;

/// Transactions at a time.
const CONNECTIONS: u16 = 4;

/// A change of an order.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.changed", version = 1, owner = "checkout")]
pub(crate) struct Changed {
    #[event(key)]
    pub(crate) order_id: u64,
    pub(crate) position: u64,
    pub(crate) note: String,
}

impl Changed {
    /// `hot` of a hundred events are of one order, the others of a thousand.
    pub(crate) fn sample(position: u64, hot: u64) -> Self {
        let is_hot = position * 37 % 100 < hot;
        Self {
            order_id: if is_hot { 0 } else { 1 + position * 7919 % 1000 },
            position,
            note: "x".repeat(200),
        }
    }
}

/// What the handler of a row does with each event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Counts it.
    Count,
    /// Waits a millisecond, as for somebody else.
    Wait,
    /// Writes it to PostgreSQL, once.
    Write,
}

async fn wait(tally: &Tally) {
    tokio::time::sleep(Duration::from_millis(1)).await;
    tally.count();
}

async fn write(change: &Changed, tx: &mut Tx<'_, Postgres>, tally: &Tally) -> std::result::Result<(), BoxError> {
    let update = sqlx::query("UPDATE orders SET paid = true WHERE position = $1");
    update.bind(change.position as i64).execute(&mut **tx).await?;
    tally.count();
    Ok(())
}

macro_rules! rows {
    ($($row:ident: $name:literal, ($($order:tt)*);)+) => {
        /// A row: how the events of a key follow each other.
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum Order {
            $($row),+
        }

        impl Order {
            pub(crate) const ALL: &[Self] = &[$(Self::$row),+];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$row => $name),+
                }
            }

            /// Events handled in a second, `hot` of a hundred being of one key.
            pub(crate) async fn rate(self, job: Job, count: usize, hot: u64) -> Result<f64> {
                match self {
                    $(Self::$row => handlers::$row::rate(job, count, hot).await),+
                }
            }
        }

        #[allow(non_snake_case, reason = "named after the rows")]
        mod handlers {
            $(pub(super) mod $row {
                use super::super::*;

                #[handler(name = "count", prefetch = 250, concurrency = 16 $($order)*)]
                async fn count(_: Changed, tally: State<Arc<Tally>>) {
                    tally.count();
                }

                #[handler(name = "wait", prefetch = 250, concurrency = 16 $($order)*)]
                async fn wait(_: Changed, tally: State<Arc<Tally>>) {
                    super::super::wait(&tally).await;
                }

                #[handler(name = "write", idempotent, prefetch = 250, concurrency = 16 $($order)*)]
                async fn write(
                    change: Changed,
                    tx: &mut Tx<'_, Postgres>,
                    tally: State<Arc<Tally>>,
                ) -> std::result::Result<(), BoxError> {
                    super::super::write(&change, tx, &tally).await
                }

                pub(in super::super) async fn rate(job: Job, number: usize, hot: u64) -> Result<f64> {
                    let ledger = Ledger::create(number).await?;
                    let store = PostgresStore::connect_with(ledger.url(), CONNECTIONS).await?;
                    store.migrate().await?;
                    let (bus, tally) = (private_name(), Arc::new(Tally::new(number)));
                    let service = || Service::new("bench").url(url()).bus(&bus).state(Arc::clone(&tally)).publishes::<Changed>();
                    let count = || service().handle::<count>();
                    let wait = || service().handle::<wait>();
                    let write = || service().store(store.clone()).handle::<write>();
                    // Of what an earlier run left behind nothing remains.
                    macro_rules! each {
                        ($service:ident, $make:ident) => {{
                            $make().remove_topology().await?;
                            $make().apply_topology(|_| {}).await?;
                            fill(service().start().await?, number, hot).await?;
                            let running = $make().start().await?;
                            let took = tally.complete().await;
                            running.shutdown().await;
                            $make().remove_topology().await?;
                            took
                        }};
                    }
                    let took = match job {
                        Job::Count => each!(service, count),
                        Job::Wait => each!(service, wait),
                        Job::Write => each!(service, write),
                    };
                    if job == Job::Write && ledger.paid().await? != number {
                        return Err("not every change was written".into());
                    }
                    Ok((number - 1) as f64 / took.as_secs_f64())
                }
            })+
        }
    };
}

rows!(
    Unordered: "event-runtime, no order", ();
    Ordered: "event-runtime, `ordered_by`", (, ordered_by = "order_id");
    One: "event-runtime, `partitions = 1`", (, ordered_by = "order_id", partitions = 1);
    Four: "event-runtime, `partitions = 4`", (, ordered_by = "order_id", partitions = 4);
    Sixteen: "event-runtime, `partitions = 16`", (, ordered_by = "order_id", partitions = 16);
);

/// Publishes the events before anybody reads them.
async fn fill(running: event_runtime::Running, count: usize, hot: u64) -> Result<()> {
    for start in (0..count).step_by(500) {
        let end = count.min(start + 500);
        let events: Vec<_> = (start..end)
            .map(|position| Changed::sample(position as u64, hot))
            .collect();
        let events = events.iter().map(|event| (EventId::new(), event));
        for answer in running.publisher().publish_all(events).await {
            answer?;
        }
    }
    running.shutdown().await;
    Ok(())
}
