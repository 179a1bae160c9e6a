//! Publishing with confirms.

use crate::Result;
use crate::args::Args;
use crate::broker::Site;
use crate::contender::{Publish, list};
use crate::machine::cpu;
use crate::order::ORDER_PLACED;
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};

pub(crate) async fn run(args: &Args) -> Result<()> {
    let publishers = list::publish();
    let figures = medians(args.rounds(), &publishers, async |publisher| {
        publish(publisher.as_ref(), args.messages() / publisher.handicap()).await
    })
    .await?;
    let mut table = Table::new(["publish, quorum queue, confirmed", "msg/s", "ratio", "CPU us/msg"]);
    for (publisher, [rate, cpu]) in publishers.iter().zip(&figures) {
        table.row([
            publisher.name(),
            whole(*rate),
            ratio(*rate, figures[0][0]),
            format!("{cpu:.1}"),
        ]);
    }
    table.print("Publish");
    Ok(())
}

/// Messages a second, and microseconds of processor time a message.
async fn publish(publisher: &dyn Publish, count: usize) -> Result<[f64; 2]> {
    let site = Site::open(&[ORDER_PLACED]).await?;
    let before = cpu();
    let elapsed = publisher.publish(&site, count).await?;
    let spent = cpu() - before;
    let stored = site.settled(count).await?;
    site.close().await?;
    if stored != count {
        return Err(format!("{}: {stored} of {count} messages are stored", publisher.name()).into());
    }
    Ok([
        count as f64 / elapsed.as_secs_f64(),
        spent.as_secs_f64() * 1e6 / count as f64,
    ])
}
