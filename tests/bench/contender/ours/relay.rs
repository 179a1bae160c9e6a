//! Latency: one service publishes at a pace, its handler tells when.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::consume::Drained;
use super::service::{self, SERVICE, timed};
use crate::Result;
use crate::broker::Site;
use crate::contender::Relay;
use crate::order::Order;
use crate::pace::{Meter, Pace};
use event_runtime::prelude::*;

#[async_trait(?Send)]
impl Relay for Drained {
    async fn site(&self, keys: &[String]) -> Result<Site> {
        Site::named(keys, |_| format!("{SERVICE}.timed")).await
    }

    async fn relay(&self, site: &Site, pace: Pace, meter: &Arc<Meter>) -> Result<()> {
        let running = service::on(site)
            .state(Arc::clone(meter))
            .handle::<timed>()
            .start()
            .await?;
        running.ready().await;
        pace.drive(meter, async |position| {
            running.publisher().publish(&Order::sample(position as u64)).await?;
            Ok(())
        })
        .await?;
        while running.snapshot().handlers[0].handled < pace.count as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        running.shutdown().await;
        Ok(())
    }
}
