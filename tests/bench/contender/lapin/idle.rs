//! A process that is connected and has nothing to do.

use async_trait::async_trait;
use futures_util::future::try_join_all;

use super::inlet::{Inlet, Style};
use crate::Result;
use crate::broker::{Site, connect};
use crate::contender::{Contender, Idle};
use crate::probe::Resting;

/// A connection to publish, one to consume, and a channel with a waiting loop for each consumer.
pub(crate) struct Resident {
    /// None: only a runtime.
    pub(crate) consumers: usize,
}

impl Contender for Resident {
    fn name(&self) -> String {
        match self.consumers {
            0 => "a tokio runtime alone".to_owned(),
            1 => "lapin, two connections, 1 consumer".to_owned(),
            more => format!("lapin, two connections, {more} consumers"),
        }
    }
}

#[async_trait(?Send)]
impl Idle for Resident {
    async fn idle(&self, resting: Resting) -> Result<()> {
        if self.consumers == 0 {
            return resting.measure().await;
        }
        let keys: Vec<String> = (0..self.consumers).map(|at| format!("idle.event{at}.v1")).collect();
        let site = Site::open(&keys).await?;
        let connection = connect().await?;
        let inlets = site
            .routes
            .iter()
            .map(|(_, queue)| Inlet::open(&connection, queue, 250));
        for inlet in try_join_all(inlets).await? {
            tokio::spawn(inlet.run(Style::ReadyChunks, usize::MAX, |_| {}));
        }
        resting.measure().await?;
        site.close().await
    }
}
