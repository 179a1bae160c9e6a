use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = "2", owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

fn main() {}
