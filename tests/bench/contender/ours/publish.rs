//! Publishing through a service's publisher.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use event_runtime::EventId;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::service;
use crate::Result;
use crate::broker::Site;
use crate::contender::{Contender, Publish};
use crate::order::Order;

/// Messages of one call, and calls that are under way.
const BATCH: usize = 256;
const CALLS: usize = 4;

/// `publish_all`, as many outstanding as the yardstick.
pub(crate) struct Batches;

impl Contender for Batches {
    fn name(&self) -> String {
        "event-runtime, `publish_all`".to_owned()
    }
}

#[async_trait(?Send)]
impl Publish for Batches {
    async fn publish(&self, site: &Site, count: usize) -> Result<Duration> {
        let service = service::on(site).start().await?;
        let publisher = service.publisher();
        publisher.publish(&Order::sample(0)).await?;
        let begin = Instant::now();
        stream::iter((1..count).step_by(BATCH))
            .map(async |start| {
                let orders: Vec<_> = (start..count.min(start + BATCH))
                    .map(|at| Order::sample(at as u64))
                    .collect();
                let all = publisher
                    .publish_all(orders.iter().map(|order| (EventId::new(), order)))
                    .await;
                all.into_iter().try_for_each(|sent| sent.map(|_| ()))
            })
            .buffered(CALLS)
            .try_collect::<()>()
            .await?;
        let elapsed = begin.elapsed();
        service.shutdown().await;
        Ok(elapsed)
    }
}

/// `publish`, many calls outstanding: what the handlers of a web server do.
pub(crate) struct OneByOne;

impl Contender for OneByOne {
    fn name(&self) -> String {
        "event-runtime, 1,000 calls of `publish`".to_owned()
    }
}

#[async_trait(?Send)]
impl Publish for OneByOne {
    async fn publish(&self, site: &Site, count: usize) -> Result<Duration> {
        let service = service::on(site).start().await?;
        let publisher = service.publisher();
        publisher.publish(&Order::sample(0)).await?;
        let begin = Instant::now();
        stream::iter(1..count)
            .map(async |at| publisher.publish(&Order::sample(at as u64)).await.map(|_| ()))
            .buffer_unordered(1_000)
            .try_collect::<()>()
            .await?;
        let elapsed = begin.elapsed();
        service.shutdown().await;
        Ok(elapsed)
    }
}
