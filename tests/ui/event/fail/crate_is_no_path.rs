use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout", crate = "my crate")]
struct OrderPlaced {
    order_id: u64,
}

fn main() {}
