use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

struct Orders;

impl Orders {
    #[handler]
    async fn on_order(&self, _: OrderPlaced) {}
}

fn main() {}
