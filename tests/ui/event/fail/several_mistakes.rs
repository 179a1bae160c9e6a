use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "Order", version = 0, owner = "", colour = "red", unrouted = "drop", name = "order.placed")]
struct OrderPlaced {
    #[event(key, kye)]
    order_id: u64,
    #[event(key, sequence = 1)]
    customer_id: u64,
}

fn main() {}
