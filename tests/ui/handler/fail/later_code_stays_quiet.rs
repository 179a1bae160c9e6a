use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

#[handler(timeout = 30)]
async fn on_order(_: OrderPlaced, _: State<String>) {}

#[handler]
async fn on_event<E: Event>(event: E) {
    drop(event);
}

fn main() {
    let _ = on_order(OrderPlaced { order_id: 1 }, State(String::new()));
    let _ = on_event(OrderPlaced { order_id: 1 });
    let _ = Service::new("shop").state(String::new()).handle::<on_order>().handle::<on_event>();
}
