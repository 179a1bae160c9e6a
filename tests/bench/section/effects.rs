//! The durable path: queue, inbox, business change, outbox, commit, ack, and the relay to the next queue.

use std::sync::Arc;

use crate::Result;
use crate::args::Args;
use crate::arrivals::Arrivals;
use crate::broker::Site;
use crate::contender::lapin::Outlet;
use crate::contender::{Effects, list};
use crate::envelope::Envelope;
use crate::ledger::Ledger;
use crate::machine::cpu;
use crate::order::ORDER_PLACED;
use crate::pace::{Meter, Pace};
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};
use crate::tally::Tally;

pub(crate) async fn run(args: &Args) -> Result<()> {
    let rows = list::effects();
    let count = args.messages() / 4;
    let pace = Pace {
        per_second: 500,
        count: if args.quick { 1_000 } else { 2_500 },
    };
    let figures = medians(args.rounds(), &rows, async |row| {
        let [handled, arrived, cpu] = drain(row.as_ref(), count / row.handicap()).await?;
        let [p50, p99] = trickle(row.as_ref(), pace).await?;
        Ok([handled, arrived, cpu, p50, p99])
    })
    .await?;
    let mut table = Table::new([
        "inbox, UPDATE, outbox, next queue",
        "handled/s",
        "ratio",
        "downstream/s",
        "ratio",
        "CPU us/msg",
        "p50 us at 500/s",
        "ratio",
        "p99 us",
    ]);
    for (row, [handled, arrived, cpu, p50, p99]) in rows.iter().zip(&figures) {
        let best = figures[0];
        table.row([
            row.name(),
            whole(*handled),
            ratio(*handled, best[0]),
            whole(*arrived),
            ratio(*arrived, best[1]),
            format!("{cpu:.1}"),
            whole(*p50),
            ratio(*p50, best[3]),
            whole(*p99),
        ]);
    }
    table.print("Effects once");
    Ok(())
}

/// `count` orders are waiting. Orders handled and arrived downstream in a second, and microseconds of our own processor
/// time.
async fn drain(row: &dyn Effects, count: usize) -> Result<[f64; 3]> {
    let site = Site::named(&[ORDER_PLACED], |_| row.queue()).await?;
    let ledger = Ledger::create(count).await?;
    Outlet::fill_up(&site, count, Envelope::CloudEvents).await?;
    site.settled(count).await?;
    let mut arrivals = Arrivals::at(&site).await?;
    let (handled, arrived) = (Arc::new(Tally::new(count)), Tally::new(count));
    let before = cpu();
    let until = async {
        arrivals.wait(count, |_| arrived.count()).await?;
        Ok(())
    };
    row.serve(&site, &ledger, &handled, Box::pin(until)).await?;
    let spent = cpu() - before;
    let (paid, left) = (ledger.paid().await?, site.settled(0).await?);
    if (paid, left) != (count, 0) {
        return Err(format!("{}: {paid} of {count} paid, {left} not acked", row.name()).into());
    }
    let rates = [handled.complete().await, arrived.complete().await];
    arrivals.close().await?;
    site.close().await?;
    let [handled, arrived] = rates.map(|time| (count - 1) as f64 / time.as_secs_f64());
    Ok([handled, arrived, spent.as_secs_f64() * 1e6 / count as f64])
}

/// Orders come at a pace. Microseconds from there to what comes of them downstream.
async fn trickle(row: &dyn Effects, pace: Pace) -> Result<[f64; 2]> {
    let site = Site::named(&[ORDER_PLACED], |_| row.queue()).await?;
    let ledger = Ledger::create(pace.count).await?;
    let mut arrivals = Arrivals::at(&site).await?;
    let meter = Meter::new(pace.count);
    let outlet = Outlet::open(&site).await?;
    let until = async {
        let driven = pace.drive(&meter, async |position| {
            crate::contender::lapin::confirm_all([outlet.send(position, Envelope::CloudEvents).await?]).await
        });
        let arrived = arrivals.wait(pace.count, |position| meter.handled(position));
        let (driven, arrived) = tokio::join!(driven, arrived);
        driven?;
        arrived?;
        Ok(())
    };
    let handled = Arc::new(Tally::new(pace.count));
    row.serve(&site, &ledger, &handled, Box::pin(until)).await?;
    arrivals.close().await?;
    site.close().await?;
    Ok(meter.percentiles())
}
