use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
}

#[handler(partitions = 4)]
async fn on_order(_: OrderPlaced) {}

fn main() {}
