//! Publishing with confirms.

use crate::Result;
use crate::args::Args;
use crate::contender::{Publish, list};
use crate::order::ORDER_PLACED;
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};

pub(crate) async fn run(args: &Args) -> Result<()> {
    let publishers = list::publish();
    let figures = medians(args.rounds(), &publishers, async |publisher| {
        let count = args.messages() / publisher.handicap();
        Ok([publish(publisher.as_ref(), count).await?])
    })
    .await?;
    let mut table = Table::new(["publish, quorum queue, confirmed", "msg/s", "ratio"]);
    for (publisher, [rate]) in publishers.iter().zip(&figures) {
        table.row([publisher.name(), whole(*rate), ratio(*rate, figures[0][0])]);
    }
    table.print("Publish");
    Ok(())
}

async fn publish(publisher: &dyn Publish, count: usize) -> Result<f64> {
    let site = publisher.site(&[ORDER_PLACED.to_owned()]).await?;
    let elapsed = publisher.publish(&site, count).await?;
    let stored = site.settled(count).await?;
    site.close().await?;
    if stored != count {
        return Err(format!("{}: {stored} of {count} messages are stored", publisher.name()).into());
    }
    Ok(count as f64 / elapsed.as_secs_f64())
}
