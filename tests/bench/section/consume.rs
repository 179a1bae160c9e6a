//! Consuming with manual acks, at three prefetch counts.

use crate::Result;
use crate::args::Args;
use crate::contender::lapin::Outlet;
use crate::contender::{Consume, list};
use crate::order::ORDER_PLACED;
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};

const PREFETCH: [u16; 3] = [50, 250, 1_000];

pub(crate) async fn run(args: &Args) -> Result<()> {
    let consumers = list::consume();
    let figures = medians(args.rounds(), &consumers, async |consumer| {
        let count = args.messages() / consumer.handicap();
        let mut rates = [0.0; PREFETCH.len()];
        for (rate, prefetch) in rates.iter_mut().zip(PREFETCH) {
            *rate = consume(consumer.as_ref(), &[ORDER_PLACED.to_owned()], count, prefetch).await?;
        }
        Ok(rates)
    })
    .await?;
    let mut columns = vec!["consume, quorum queue, msg/s at prefetch".to_owned()];
    columns.extend(
        PREFETCH
            .iter()
            .flat_map(|prefetch| [prefetch.to_string(), "ratio".to_owned()]),
    );
    let mut table = Table::new(columns);
    for (consumer, rates) in consumers.iter().zip(&figures) {
        let cells = rates
            .iter()
            .zip(figures[0])
            .flat_map(|(rate, best)| [whole(*rate), ratio(*rate, best)]);
        table.row(std::iter::once(consumer.name()).chain(cells));
    }
    table.print("Consume");
    Ok(())
}

/// Fills a queue for each of `keys` and lets `consumer` drain them; gives messages a second.
pub(crate) async fn consume(consumer: &dyn Consume, keys: &[String], count: usize, prefetch: u16) -> Result<f64> {
    let site = consumer.site(keys).await?;
    Outlet::fill_up(&site, count, consumer.envelope()).await?;
    site.settled(count).await?;
    let elapsed = consumer.consume(&site, count, prefetch).await?;
    let left = site.settled(0).await?;
    site.close().await?;
    if left != 0 {
        return Err(format!("{}: {left} of {count} messages were not acked", consumer.name()).into());
    }
    Ok((count - 1) as f64 / elapsed.as_secs_f64())
}
