//! The same number of messages over ever more handlers, each with its queue.

use crate::Result;
use crate::args::Args;
use crate::contender::list;
use crate::rounds::medians;
use crate::section::consume::consume;
use crate::table::{Table, ratio, whole};

const HANDLERS: [usize; 3] = [1, 10, 100];

pub(crate) async fn run(args: &Args) -> Result<()> {
    let consumers = list::handlers();
    let count = args.messages() / 100 * 100;
    let figures = medians(args.rounds(), &consumers, async |consumer| {
        let mut rates = [0.0; HANDLERS.len()];
        for (rate, handlers) in rates.iter_mut().zip(HANDLERS) {
            let keys: Vec<String> = (0..handlers).map(|at| format!("load.event{at}.v1")).collect();
            [*rate, _] = consume(consumer.as_ref(), &keys, count, 250).await?;
        }
        Ok(rates)
    })
    .await?;
    let mut columns = vec!["consume, prefetch 250, msg/s with handlers".to_owned()];
    columns.extend(HANDLERS.iter().map(ToString::to_string));
    columns.push("100 of 1".to_owned());
    let mut table = Table::new(columns);
    for (consumer, rates) in consumers.iter().zip(&figures) {
        let cells = rates.iter().map(|rate| whole(*rate));
        let held = ratio(rates[HANDLERS.len() - 1], rates[0]);
        table.row(std::iter::once(consumer.name()).chain(cells).chain([held]));
    }
    table.print("Handlers");
    Ok(())
}
