use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "payments")]
struct OrderPaid {
    order_id: u64,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 2, owner = "checkout")]
struct OrderPlacedV2 {
    order_id: u64,
}

#[derive(EventSet)]
enum OrderEvents {
    Old(OrderPlaced),
    Paid(OrderPaid),
    New(OrderPlacedV2),
}

fn main() {}
