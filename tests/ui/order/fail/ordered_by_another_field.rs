use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
    customer_id: u64,
}

#[handler(ordered_by = "customer_id")]
async fn on_order(_: OrderPlaced) {}

fn main() {}
