use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.created", version = 1, owner = "checkout")]
struct OrderPlacedV1 {
    id: u64,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 2, owner = "checkout", upcast_from = OrderPlacedV1)]
struct OrderPlaced {
    order_id: u64,
}

impl From<OrderPlacedV1> for OrderPlaced {
    fn from(old: OrderPlacedV1) -> Self {
        Self { order_id: old.id }
    }
}

fn main() {}
