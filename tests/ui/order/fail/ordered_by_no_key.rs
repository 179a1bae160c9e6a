use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
    customer_id: u64,
}

#[handler(ordered_by = "order_id")]
async fn on_order(_: Envelope<OrderPlaced>) {}

fn main() {}
