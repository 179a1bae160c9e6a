//! Consuming with handlers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use event_runtime::prelude::*;

use super::load;
use super::service::{self, SERVICE, with_50, with_250, with_1000};
use crate::Result;
use crate::broker::Site;
use crate::contender::{Consume, Contender};
use crate::tally::Tally;

/// One handler drains its queue.
pub(crate) struct Drained;

impl Contender for Drained {
    fn name(&self) -> String {
        "event-runtime, a handler".to_owned()
    }
}

#[async_trait(?Send)]
impl Consume for Drained {
    async fn site(&self, keys: &[String], prefetch: u16) -> Result<Site> {
        Site::named(keys, |_| format!("{SERVICE}.with_{prefetch}")).await
    }

    async fn consume(&self, site: &Site, count: usize, prefetch: u16) -> Result<Duration> {
        let tally = Arc::new(Tally::new(count));
        let service = service::on(site).state(Arc::clone(&tally));
        let service = match prefetch {
            50 => service.handle::<with_50>(),
            250 => service.handle::<with_250>(),
            _ => service.handle::<with_1000>(),
        };
        let running = service.start().await?;
        let elapsed = tally.complete().await;
        running.shutdown().await;
        Ok(elapsed)
    }
}

/// As many handlers as there are queues, out of a hundred.
pub(crate) struct Spread;

impl Contender for Spread {
    fn name(&self) -> String {
        "event-runtime, handlers".to_owned()
    }
}

#[async_trait(?Send)]
impl Consume for Spread {
    async fn site(&self, keys: &[String], _prefetch: u16) -> Result<Site> {
        Site::named(keys, |at| format!("{SERVICE}.load_{at}")).await
    }

    async fn consume(&self, site: &Site, count: usize, _prefetch: u16) -> Result<Duration> {
        let tally = Arc::new(Tally::new(count));
        let service = service::on(site).state(Arc::clone(&tally));
        let running = load::handlers(service, site.routes.len()).start().await?;
        let elapsed = tally.complete().await;
        running.shutdown().await;
        Ok(elapsed)
    }
}
