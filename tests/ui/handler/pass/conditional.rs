use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}


#[handler]
#[cfg(any())]
async fn on_nothing(_: NoSuchEvent) {}

#[handler]
#[cfg(all())]
#[doc = concat!("Handles ", "orders.")]
#[allow(clippy::unused_async)]
async fn on_order(_: OrderPlaced) {}

#[cfg_attr(all(), handler)]
async fn also_on_order(_: OrderPlaced) {}

fn main() {
    fn inner() {
        #[handler(name = "inside")]
        async fn on_order(_: OrderPlaced) {}

        let _ = Service::new("shop").handle::<on_order>();
    }
    let _ = Service::new("shop").handle::<on_order>().handle::<also_on_order>();
    inner();
}
