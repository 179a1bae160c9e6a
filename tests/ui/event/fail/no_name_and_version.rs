use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

fn main() {}
