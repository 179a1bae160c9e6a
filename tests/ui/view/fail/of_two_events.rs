use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "checkout")]
struct OrderPaid {
    order_id: u64,
}

#[derive(Debug, Deserialize, View)]
#[view(of = [OrderPlaced, OrderPaid])]
struct Viewed {
    order_id: u64,
}

fn main() {}
