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

#[derive(EventSet)]
enum OrderEvents {
    Placed(OrderPlaced),
    Other,
}

#[handler]
async fn on_order(events: Envelope<OrderEvents>) {
    drop(events);
}

fn main() {
    let _ = Service::new("shop").handle::<on_order>();
    let _ = OrderEvents::from(OrderPlaced { order_id: 1 });
    let _ = OrderEvents::CONTRACTS;
}
