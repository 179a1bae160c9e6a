use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "payments")]
struct OrderPaid {
    #[event(key)]
    payment_id: u64,
    order_id: u64,
}

#[derive(Debug, EventSet)]
enum OrderEvents {
    Placed(OrderPlaced),
    Paid(OrderPaid),
}

#[handler(ordered_by = "order_id")]
async fn on_order(_: OrderEvents) {}

fn main() {}
