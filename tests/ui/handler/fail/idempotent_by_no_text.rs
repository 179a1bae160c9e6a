use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    lines: Vec<u64>,
}

#[handler(idempotent(by = "lines"))]
async fn on_order(_: OrderPlaced) {}

fn main() {}
