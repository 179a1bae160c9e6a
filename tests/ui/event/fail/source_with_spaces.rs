use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout", source = "the checkout")]
struct OrderPlaced {
    order_id: u64,
}

fn main() {}
