//! Publishing: windows polled together, or one await after another.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::outlet::{OUTSTANDING, Outlet, WINDOW, confirm_all};
use crate::Result;
use crate::broker::Site;
use crate::contender::{Contender, Publish};
use crate::envelope::Envelope;

/// At its best: whole windows in flight on one channel.
pub(crate) struct Windows(pub(crate) Envelope);

impl Contender for Windows {
    fn name(&self) -> String {
        match self.0 {
            Envelope::CloudEvents => "lapin at its best: windows".to_owned(),
            Envelope::Bare => "the same without headers".to_owned(),
        }
    }
}

#[async_trait(?Send)]
impl Publish for Windows {
    async fn publish(&self, site: &Site, count: usize) -> Result<Duration> {
        let outlet = Outlet::open(site).await?;
        let begin = Instant::now();
        outlet.fill(count, self.0).await?;
        outlet.close(begin).await
    }
}

/// As people write it: `publish().await` for each message, confirms collected and awaited behind.
pub(crate) struct AwaitEachPublish;

impl Contender for AwaitEachPublish {
    fn name(&self) -> String {
        "lapin, `publish().await` one by one".to_owned()
    }

    fn handicap(&self) -> usize {
        2
    }
}

#[async_trait(?Send)]
impl Publish for AwaitEachPublish {
    async fn publish(&self, site: &Site, count: usize) -> Result<Duration> {
        let outlet = Outlet::open(site).await?;
        let begin = Instant::now();
        let mut outstanding = VecDeque::with_capacity(OUTSTANDING);
        for position in 0..count {
            if outstanding.len() == OUTSTANDING {
                confirm_all(outstanding.drain(..WINDOW)).await?;
            }
            outstanding.push_back(outlet.send(position, Envelope::CloudEvents).await?);
        }
        confirm_all(outstanding).await?;
        outlet.close(begin).await
    }
}

/// The simplest safe loop: publish, await the confirm, next.
pub(crate) struct AwaitEachConfirm;

impl Contender for AwaitEachConfirm {
    fn name(&self) -> String {
        "lapin, each confirm awaited".to_owned()
    }

    fn handicap(&self) -> usize {
        20
    }
}

#[async_trait(?Send)]
impl Publish for AwaitEachConfirm {
    async fn publish(&self, site: &Site, count: usize) -> Result<Duration> {
        let outlet = Outlet::open(site).await?;
        let begin = Instant::now();
        for position in 0..count {
            let confirm = outlet.send(position, Envelope::CloudEvents).await?;
            confirm_all([confirm]).await?;
        }
        outlet.close(begin).await
    }
}
