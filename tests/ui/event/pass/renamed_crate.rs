use event_runtime::prelude::*;

mod framework {
    pub(crate) use event_runtime as events;
}

/// An order was placed.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout", crate = "crate::framework::events")]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
}

#[derive(EventSet)]
#[event_set(crate = "framework::events")]
enum Orders {
    Placed(OrderPlaced),
}

#[derive(Debug, thiserror::Error, Failure)]
#[error("full")]
#[failure(retry, crate = "framework::events")]
struct Full;

#[handler(crate = "framework::events")]
async fn on_order(_: Orders) -> Result<(), Full> {
    Err(Full)
}

fn main() {
    let _ = Service::new("shop").handle::<on_order>();
}
