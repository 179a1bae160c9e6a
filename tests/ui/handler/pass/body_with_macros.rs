use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}


macro_rules! answer {
    ($($id:expr),*) => { vec![$(OrderPlaced { order_id: $id }),*] };
}

macro_rules! handlers {
    ($($name:ident: $event:ty),*) => {
        $(
            #[handler]
            async fn $name(event: $event) {
                drop(event);
            }
        )*
    };
}

handlers!(first: OrderPlaced, second: Envelope<OrderPlaced>);

#[handler]
async fn on_order(mut order: OrderPlaced, _: Context) -> Vec<OrderPlaced> {
    order.order_id += 1;
    answer!(order.order_id, 2)
}

fn main() {
    let _ = Service::new("shop").handle::<first>().handle::<second>().handle::<on_order>();
}
