use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.sent", version = 1, owner = "checkout")]
#[serde(tag = "type")]
struct OrderSent {
    order_id: u64,
}

fn main() {}
