//! From publish to handler, at a load that nobody notices.

use std::sync::Arc;

use crate::Result;
use crate::args::Args;
use crate::contender::list;
use crate::order::ORDER_PLACED;
use crate::pace::{Meter, Pace};
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};

pub(crate) async fn run(args: &Args) -> Result<()> {
    let relays = list::latency();
    let pace = Pace {
        per_second: 1_000,
        count: if args.quick { 2_000 } else { 5_000 },
    };
    let figures = medians(args.rounds(), &relays, async |relay| {
        let site = relay.site(&[ORDER_PLACED.to_owned()]).await?;
        let meter = Arc::new(Meter::new(pace.count));
        relay.relay(&site, pace, &meter).await?;
        site.close().await?;
        Ok(meter.percentiles())
    })
    .await?;
    let mut table = Table::new(["publish to handler, 1,000 msg/s", "p50 us", "ratio", "p99 us", "ratio"]);
    for (relay, took) in relays.iter().zip(&figures) {
        let cells = took
            .iter()
            .zip(figures[0])
            .flat_map(|(took, best)| [whole(*took), ratio(*took, best)]);
        table.row(std::iter::once(relay.name()).chain(cells));
    }
    table.print("Latency");
    Ok(())
}
