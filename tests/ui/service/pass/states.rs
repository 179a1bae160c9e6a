use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}


#[derive(Clone)]
struct A;
#[derive(Clone)]
struct B;

#[handler]
async fn on_order(_: OrderPlaced, _: State<A>, _: Context, _: State<B>, _: State<A>) {}

fn main() {
    let _ = Service::new("shop").state(A).state(1u8).state(B).handle::<on_order>().publishes::<OrderPlaced>();
}
