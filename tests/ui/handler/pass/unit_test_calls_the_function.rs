use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
pub struct OrderPlaced {
    order_id: u64,
}


#[derive(Clone)]
pub struct Tax(u64);

/// Adds the tax.
///
/// # Errors
///
/// None today.
#[handler(timeout = "1s")]
pub async fn add_tax(order: OrderPlaced, State(tax): State<Tax>) -> Result<Vec<OrderPlaced>, BoxError> {
    Ok(vec![OrderPlaced { order_id: order.order_id + tax.0 }])
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let orders = runtime.block_on(add_tax(OrderPlaced { order_id: 1 }, State(Tax(2)))).unwrap();
    assert_eq!(orders[0].order_id, 3);
}
