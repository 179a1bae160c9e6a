//! Who takes part. A new row is one implementation of a trait below and one line in its list.
//!
//! The first entry of each list is the yardstick: its row reads 1.00, all others are ratios to it.

pub(crate) mod lapin;

use std::time::Duration;

use async_trait::async_trait;

use crate::Result;
use crate::broker::Site;
use crate::envelope::Envelope;
use lapin::{AwaitEachConfirm, AwaitEachPublish, Drain, Style, Windows};

/// Publishes orders: encoded from the struct, persistent, mandatory, confirmed.
#[async_trait]
pub(crate) trait Publish: Sync {
    fn name(&self) -> String;

    /// How many times fewer messages this one is given, so that a slow row does not hold up the table.
    fn handicap(&self) -> usize {
        1
    }

    /// Publishes `count` orders to `site`; gives the time until the last confirm, connecting not included.
    async fn publish(&self, site: &Site, count: usize) -> Result<Duration>;
}

/// Drains a queue: typed decode, handler, manual ack.
#[async_trait]
pub(crate) trait Consume: Sync {
    fn name(&self) -> String;

    /// What the waiting messages carry.
    fn envelope(&self) -> Envelope {
        Envelope::CloudEvents
    }

    fn handicap(&self) -> usize {
        1
    }

    /// Handles the `count` orders waiting in `site`; gives the time from the first handled to the last.
    /// Leaves the queue empty: every message acked.
    async fn consume(&self, site: &Site, count: usize, prefetch: u16) -> Result<Duration>;
}

pub(crate) fn publishers() -> Vec<Box<dyn Publish>> {
    vec![
        Box::new(Windows(Envelope::CloudEvents)),
        Box::new(Windows(Envelope::Bare)),
        Box::new(AwaitEachPublish),
        Box::new(AwaitEachConfirm),
    ]
}

pub(crate) fn consumers() -> Vec<Box<dyn Consume>> {
    vec![
        Box::new(Drain(Style::ReadyChunks, Envelope::CloudEvents)),
        Box::new(Drain(Style::ReadyChunks, Envelope::Bare)),
        Box::new(Drain(Style::TaskPerDelivery, Envelope::CloudEvents)),
        Box::new(Drain(Style::AwaitEachAck, Envelope::CloudEvents)),
    ]
}
