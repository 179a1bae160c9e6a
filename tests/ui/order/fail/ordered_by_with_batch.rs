use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
    customer_id: u64,
}

#[handler(ordered_by = "order_id", batch(max = 10, within = "1s"))]
async fn on_order(_: Batch<OrderPlaced>) {}

fn main() {}
