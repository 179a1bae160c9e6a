//! Publish and handle inside one process.

use crate::Result;
use crate::args::Args;
use crate::contender::list;
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};

pub(crate) async fn run(args: &Args) -> Result<()> {
    let transits = list::memory();
    let figures = medians(args.rounds(), &transits, async |transit| {
        let count = args.messages() * 2 / transit.handicap();
        let elapsed = transit.transit(count).await?;
        Ok([count as f64 / elapsed.as_secs_f64()])
    })
    .await?;
    let mut table = Table::new(["publish and handle in one process", "msg/s", "ratio"]);
    for (transit, [rate]) in transits.iter().zip(&figures) {
        table.row([transit.name(), whole(*rate), ratio(*rate, figures[0][0])]);
    }
    table.print("Memory");
    Ok(())
}
