use event_runtime::prelude::*;

#[derive(Debug, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

fn main() {}
