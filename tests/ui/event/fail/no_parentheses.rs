use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event]
struct OrderPlaced {
    order_id: u64,
}

fn main() {}
