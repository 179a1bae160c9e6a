//! Consuming: merged acks in a loop, merged acks with a task per delivery, one awaited ack per message.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lapin::Connection;
use tokio::task::JoinSet;

use super::inlet::{Inlet, Style};
use crate::Result;
use crate::broker::{Site, connect};
use crate::contender::{Consume, Contender};
use crate::envelope::Envelope;
use crate::tally::Tally;

/// A lapin consumer written in some style, draining a queue.
pub(crate) struct Drain(pub(crate) Style, pub(crate) Envelope);

impl Contender for Drain {
    fn name(&self) -> String {
        match self.1 {
            Envelope::CloudEvents => self.0.name().to_owned(),
            Envelope::Bare => "the same without headers".to_owned(),
        }
    }

    fn handicap(&self) -> usize {
        if self.0 == Style::AwaitEachAck { 4 } else { 1 }
    }
}

#[async_trait(?Send)]
impl Consume for Drain {
    fn envelope(&self) -> Envelope {
        self.1
    }

    async fn consume(&self, site: &Site, count: usize, prefetch: u16) -> Result<Duration> {
        let connection = connect().await?;
        let tally = Arc::new(Tally::new(count));
        drain(&connection, site, count, prefetch, self.0, &tally).await?;
        connection.close(200, "done".into()).await?;
        Ok(tally.complete().await)
    }
}

/// Handles the `count` orders of all queues of `site`, one channel for each; returns when all are acked.
pub(crate) async fn drain(
    connection: &Connection,
    site: &Site,
    count: usize,
    prefetch: u16,
    style: Style,
    tally: &Arc<Tally>,
) -> Result<()> {
    let share = count / site.routes.len();
    let mut loops = JoinSet::new();
    for (_, queue) in &site.routes {
        let inlet = Inlet::open(connection, queue, prefetch).await?;
        let tally = Arc::clone(tally);
        loops.spawn(async move { inlet.run(style, share, move |order| tally.handle(order)).await });
    }
    while let Some(ended) = loops.join_next().await {
        ended??;
    }
    Ok(())
}
