//! Order per key against none, on one queue and over partitions; and one key that has half of the events.

use crate::Result;
use crate::args::Args;
use crate::contender::list;
use crate::contender::ours::{Job, Order};
use crate::order::ORDER_PLACED;
use crate::rounds::medians;
use crate::section::consume::consume;
use crate::table::{Table, ratio, whole};

const HALF: u64 = 50;

pub(crate) async fn run(args: &Args) -> Result<()> {
    let count = args.messages() / 5;
    let mut rows: Vec<Option<Order>> = vec![None];
    rows.extend(Order::ALL.iter().copied().map(Some));
    let figures = medians(args.rounds(), &rows, async |row| {
        let Some(row) = row else {
            let [rate, _] = consume(list::consume()[0].as_ref(), &[ORDER_PLACED.to_owned()], count, 250).await?;
            return Ok([rate, 0.0, 0.0, 0.0, 0.0]);
        };
        Ok([
            row.rate(Job::Count, count, 0).await?,
            row.rate(Job::Wait, count / 2, 0).await?,
            row.rate(Job::Wait, count / 10, HALF).await?,
            row.rate(Job::Write, count / 2, 0).await?,
            row.rate(Job::Write, count / 2, HALF).await?,
        ])
    })
    .await?;
    let mut columns = vec!["events/s of a handler that".to_owned()];
    for job in [
        "counts",
        "waits 1 ms",
        "waits, half of one key",
        "writes once",
        "writes, half of one key",
    ] {
        columns.extend([job.to_owned(), "ratio".to_owned()]);
    }
    let mut table = Table::new(columns);
    for (row, figures_of) in rows.iter().zip(&figures) {
        let name = row.map_or_else(|| list::consume()[0].name(), |row| row.name().to_owned());
        let cells = figures_of.iter().enumerate().flat_map(|(at, figure)| {
            let best = if at == 0 { figures[0][0] } else { figures[1][at] };
            match *figure {
                0.0 => [String::new(), String::new()],
                figure => [whole(figure), ratio(figure, best)],
            }
        });
        table.row(std::iter::once(name).chain(cells));
    }
    table.print("Order");
    Ok(())
}
