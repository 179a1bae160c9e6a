use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

#[handler(idempotent(by = 1))]
async fn on_order(_: OrderPlaced) {}

fn main() {}
