use event_runtime::prelude::*;

use event_runtime::{Contract, DecodeError, Version};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1)]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
    #[event(sensitive)]
    email: String,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 2, owner = "checkout", upcast_from = OrderPlaced)]
struct OrderPlacedV2 {
    order_id: u64,
}

impl From<OrderPlaced> for OrderPlacedV2 {
    fn from(old: OrderPlaced) -> Self {
        Self { order_id: old.order_id }
    }
}

#[derive(EventSet)]
enum Orders {
    Placed(OrderPlaced),
}

#[handler]
async fn on_order(order: OrderPlaced) -> OrderPlacedV2 {
    OrderPlacedV2::from(order)
}

#[handler]
async fn on_orders(orders: Orders, emit: Emit<OrderPlaced>) {
    drop((orders, emit));
}

async fn publish(publisher: &Publisher, order: &OrderPlaced) -> bool {
    publisher.publish(order).await.is_ok()
}

const NAME: &str = OrderPlaced::CONTRACT.name;
const CONTRACT: &Contract = OrderPlacedV2::CONTRACT;

fn main() {
    let _ = Service::new("shop").publishes::<OrderPlaced>().handle::<on_order>().handle::<on_orders>();
    let decoded: Result<OrderPlaced, DecodeError> = OrderPlaced::decode(Version::FIRST, b"{}");
    let _ = (decoded, NAME, CONTRACT, publish);
}
