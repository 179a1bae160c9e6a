use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.split", version = 1, owner = "checkout")]
struct OrderSplit {
    parts: Vec<OrderSplit>,
}

fn main() {}
