//! From the outbox to the next queue: how fast, how soon, and what an open snapshot does to it.

use std::time::{Duration, Instant};

use event_runtime::prelude::*;
use event_runtime::store::{Lease, Store};
use sqlx::PgConnection;
use tokio::time::sleep;

use crate::Result;
use crate::args::Args;
use crate::arrivals::Arrivals;
use crate::broker::Site;
use crate::contender::{Contender as _, Deliver, Publish as _, list};
use crate::ledger::Ledger;
use crate::order::ORDER_PLACED;
use crate::pace::Meter;
use crate::rounds::{Figures, medians};
use crate::table::{Table, ratio, whole};
use crate::tally::Tally;

pub(crate) async fn run(args: &Args) -> Result<()> {
    let rows = list::deliver();
    let publisher = list::yardstick();
    let count = args.messages() / 4;
    let figures = medians(args.rounds(), &rows, async |row| {
        let site = Site::open(&[crate::order::ORDER_PAID]).await?;
        let raw = publisher.publish(&site, count).await?;
        site.close().await?;
        let rate = flood(row.as_ref(), count).await?;
        let [p50, p99] = trickle(row.as_ref()).await?;
        Ok([count as f64 / raw.as_secs_f64(), rate, p50, p99])
    })
    .await?;
    let columns = [
        "outbox to the next queue",
        "rows/s",
        "of lapin",
        "commit to arrival, p50 us",
        "p99 us",
    ];
    let mut table = Table::new(columns);
    let raw = figures.iter().map(|figures| figures[0]).sum::<f64>() / figures.len() as f64;
    table.row([
        publisher.name(),
        whole(raw),
        ratio(raw, raw),
        String::new(),
        String::new(),
    ]);
    for (row, [_, rate, p50, p99]) in rows.iter().zip(&figures) {
        table.row([row.name(), whole(*rate), ratio(*rate, raw), whole(*p50), whole(*p99)]);
    }
    table.print("Outbox");
    snapshot(if args.quick { 40_000 } else { 400_000 }).await
}

/// `count` events in one transaction; those that arrive in a second.
async fn flood(row: &dyn Deliver, count: usize) -> Result<f64> {
    let site = Site::open(&[ORDER_PLACED]).await?;
    let ledger = Ledger::create(0).await?;
    let mut arrivals = Arrivals::at(&site).await?;
    let arrived = Tally::new(count);
    let delivering = row.start(&site, &ledger).await?;
    delivering.put(0..count as u64).await?;
    arrivals.wait(count, |_| arrived.count()).await?;
    delivering.stop().await;
    arrivals.close().await?;
    site.close().await?;
    Ok((count - 1) as f64 / arrived.complete().await.as_secs_f64())
}

/// One event now and then. Microseconds from the commit to its arrival.
async fn trickle(row: &dyn Deliver) -> Result<[f64; 2]> {
    let (count, pause) = (500, Duration::from_millis(5));
    let site = Site::open(&[ORDER_PLACED]).await?;
    let ledger = Ledger::create(0).await?;
    let mut arrivals = Arrivals::at(&site).await?;
    let delivering = row.start(&site, &ledger).await?;
    let meter = Meter::new(count);
    let putting = async {
        for position in 0..count {
            delivering.put(position as u64..position as u64 + 1).await?;
            // As good as at the commit: nothing waits in between.
            meter.sent(position);
            sleep(pause).await;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    let (put, arrived) = tokio::join!(putting, arrivals.wait(count, |position| meter.handled(position)));
    put?;
    arrived?;
    delivering.stop().await;
    arrivals.close().await?;
    site.close().await?;
    Ok(meter.percentiles())
}

/// What a transaction that stays open does to the table: dead rows that nobody may clean away.
async fn snapshot(rows: usize) -> Result<()> {
    let ledger = Ledger::create(0).await?;
    let store = PostgresStore::connect_with(ledger.url(), 2).await?;
    store.migrate().await?;
    let mut other = ledger.connect().await;
    let mut table = Table::new([
        "an outbox",
        "rows",
        "MiB",
        "a look at the end, us",
        "a look at everything, us",
    ]);
    let mut reader = ledger.connect().await;
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM event_outbox")
        .execute(&mut reader)
        .await?;
    fill(&mut other, 10).await?;
    let mut lease = store.lease(SERVICE).await?.ok_or("somebody else has the lease")?;
    measure(&mut table, "new", lease.as_mut(), &mut other).await?;
    let mut left = rows;
    while left > 0 {
        let some = left.min(10_000);
        fill(&mut other, some).await?;
        let mut page = lease.page(0, 500).await?;
        while !page.is_empty() {
            let ids: Vec<i64> = page.iter().map(|row| row.id).collect();
            lease.done(&ids).await?;
            page = lease.page(ids[ids.len() - 1], 500).await?;
        }
        left -= some;
    }
    fill(&mut other, 10).await?;
    let name = format!("after {rows} events, a snapshot being open");
    measure(&mut table, &name, lease.as_mut(), &mut other).await?;
    sqlx::raw_sql("COMMIT").execute(&mut reader).await?;
    sqlx::raw_sql("VACUUM event_outbox").execute(&mut other).await?;
    measure(
        &mut table,
        "the snapshot closed, and VACUUM",
        lease.as_mut(),
        &mut other,
    )
    .await?;
    lease.end().await;
    table.print("An outbox under an open snapshot");
    Ok(())
}

const SERVICE: &str = "bench";

/// Puts events there; the ten that are there at a time have different keys.
async fn fill(database: &mut PgConnection, rows: usize) -> Result<()> {
    const SQL: &str = "INSERT INTO event_outbox \
         (service, part, key, event_id, type, exchange, routing_key, keep, headers, body, trace) \
         SELECT $1, (at % 16)::smallint, at::text, at::text, 'order.paid.v1', 'bench', 'order.paid.v1', true, '{}', \
         convert_to(repeat('x', 300), 'UTF8'), NULL FROM generate_series(1, $2) AS at";
    let fill = sqlx::query(SQL).bind(SERVICE).bind(rows as i64);
    fill.execute(database).await?;
    Ok(())
}

async fn measure(table: &mut Table, name: &str, lease: &mut dyn Lease, database: &mut PgConnection) -> Result<()> {
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM event_outbox");
    let count = count.fetch_one(&mut *database).await?;
    let size = sqlx::query_scalar::<_, i64>("SELECT pg_total_relation_size('event_outbox')");
    let size = size.fetch_one(&mut *database).await?;
    let last = lease.page(0, 500).await?.first().map_or(0, |row| row.id - 1);
    let end = look(lease, last).await?;
    let whole_table = look(lease, 0).await?;
    table.row([
        name.to_owned(),
        count.to_string(),
        format!("{:.1}", size as f64 / f64::from(1 << 20)),
        whole(end),
        whole(whole_table),
    ]);
    Ok(())
}

/// Microseconds, the median of some looks.
async fn look(lease: &mut dyn Lease, after: i64) -> Result<f64> {
    let mut figures = Figures::default();
    for _ in 0..21 {
        let begin = Instant::now();
        lease.page(after, 500).await?;
        figures.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    Ok(figures.median())
}
