//! Consuming with manual acks, at three prefetch counts.

use crate::Result;
use crate::args::Args;
use crate::contender::lapin::Outlet;
use crate::contender::{Consume, list};
use crate::machine::cpu;
use crate::order::ORDER_PLACED;
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};

const PREFETCH: [u16; 3] = [50, 250, 1_000];

pub(crate) async fn run(args: &Args) -> Result<()> {
    let consumers = list::consume();
    let figures = medians(args.rounds(), &consumers, async |consumer| {
        let count = args.messages() / consumer.handicap();
        let mut figures = [0.0; PREFETCH.len() + 1];
        for (at, prefetch) in PREFETCH.into_iter().enumerate() {
            let [rate, cpu] = consume(consumer.as_ref(), &[ORDER_PLACED.to_owned()], count, prefetch).await?;
            figures[at] = rate;
            figures[PREFETCH.len()] = cpu;
        }
        Ok(figures)
    })
    .await?;
    let mut columns = vec!["consume, quorum queue, msg/s at prefetch".to_owned()];
    columns.extend(
        PREFETCH
            .iter()
            .flat_map(|prefetch| [prefetch.to_string(), "ratio".to_owned()]),
    );
    columns.push("CPU us/msg".to_owned());
    let mut table = Table::new(columns);
    for (consumer, [rates @ .., cpu]) in consumers.iter().zip(&figures) {
        let cells = rates
            .iter()
            .zip(figures[0])
            .flat_map(|(rate, best)| [whole(*rate), ratio(*rate, best)]);
        table.row(
            std::iter::once(consumer.name())
                .chain(cells)
                .chain([format!("{cpu:.1}")]),
        );
    }
    table.print("Consume");
    Ok(())
}

/// Fills a queue for each of `keys` and lets `consumer` drain them; gives messages a second, and microseconds of
/// processor time a message.
pub(crate) async fn consume(consumer: &dyn Consume, keys: &[String], count: usize, prefetch: u16) -> Result<[f64; 2]> {
    let site = consumer.site(keys, prefetch).await?;
    Outlet::fill_up(&site, count, consumer.envelope()).await?;
    site.settled(count).await?;
    let before = cpu();
    let elapsed = consumer.consume(&site, count, prefetch).await?;
    let spent = cpu() - before;
    let left = site.settled(0).await?;
    site.close().await?;
    if left != 0 {
        return Err(format!("{}: {left} of {count} messages were not acked", consumer.name()).into());
    }
    Ok([
        (count - 1) as f64 / elapsed.as_secs_f64(),
        spent.as_secs_f64() * 1e6 / count as f64,
    ])
}
