use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
}

#[handler(ordered_by = "order_id", partitions = 12)]
async fn twelve(_: OrderPlaced) {}

#[handler(ordered_by = "order_id", partitions = 0)]
async fn none(_: OrderPlaced) {}

#[handler(ordered_by = "order_id", partitions = "four")]
async fn no_number(_: OrderPlaced) {}

fn main() {}
