use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

#[handler(timeout = 30, concurency = 4, retry(attempts = 0, from = "soon"), rate = "100", idempotent)]
fn on_order<T>(order: &OrderPlaced, state: &T) {
    drop((order, state));
}

fn main() {}
