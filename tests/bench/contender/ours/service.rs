//! The services that take part: what a user would write.

use std::sync::Arc;

use event_runtime::prelude::*;

use crate::broker::{Site, url};
use crate::order::Order;
use crate::pace::Meter;
use crate::tally::Tally;

/// The name of all services here: the queues of a site are called after it.
pub(super) const SERVICE: &str = "bench";

/// Drains with the smallest prefetch of the tables.
#[handler(prefetch = 50)]
pub(super) async fn with_50(order: Order, tally: State<Arc<Tally>>) {
    tally.handle(&order);
}

/// Drains with the middle prefetch.
#[handler(prefetch = 250)]
pub(super) async fn with_250(order: Order, tally: State<Arc<Tally>>) {
    tally.handle(&order);
}

/// Drains with the largest prefetch.
#[handler(prefetch = 1000)]
pub(super) async fn with_1000(order: Order, tally: State<Arc<Tally>>) {
    tally.handle(&order);
}

/// Tells when an order arrives.
#[handler(prefetch = 250)]
pub(super) async fn timed(order: Order, meter: State<Arc<Meter>>) {
    meter.handled(order.position as usize);
}

/// A service on the bus and queues of `site`, which are there already.
pub(super) fn on(site: &Site) -> Service {
    Service::new(SERVICE).url(url()).bus(&site.exchange).assume_topology()
}
