use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(sequence)]
    change: u64,
    #[event(sequence)]
    revision: u64,
}

fn main() {}
