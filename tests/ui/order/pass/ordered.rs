use event_runtime::handler::{Handler, OnPoison};
use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key)]
    #[serde(rename = "orderId")]
    order_id: u64,
    #[event(sequence)]
    change: u64,
}

#[derive(Debug, Deserialize, View)]
#[view(of = OrderPlaced)]
struct Placed {
    #[serde(rename = "orderId")]
    order_id: u64,
}

/// By the name on the wire, which is what other programs see.
#[handler(ordered_by = "orderId")]
async fn plain(_: OrderPlaced) {}

#[handler(ordered_by = "orderId", on_poison = "skip", concurrency = 100)]
async fn wide(placed: Placed) {
    drop(placed.order_id);
}

#[handler(idempotent, ordered_by = "orderId", stale = "skip")]
async fn newest(_: Envelope<Placed>) {}

fn main() {
    assert_eq!((plain::OPTIONS.prefetch, plain::OPTIONS.on_poison()), (50, OnPoison::Stop));
    assert_eq!((wide::OPTIONS.prefetch, wide::OPTIONS.on_poison()), (100, OnPoison::Skip));
    assert_eq!((newest::OPTIONS.prefetch, newest::OPTIONS.on_poison()), (50, OnPoison::Hold));
    assert!(newest::OPTIONS.skips_stale && !wide::OPTIONS.skips_stale);
}
