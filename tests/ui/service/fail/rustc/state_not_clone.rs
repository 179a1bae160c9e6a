use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

struct Gateway;

#[handler]
async fn on_order(_: OrderPlaced, _: State<Gateway>) {}

fn main() {
    let _ = Service::new("shop").state(Gateway).handle::<on_order>();
}
