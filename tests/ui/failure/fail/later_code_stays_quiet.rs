use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
enum PaymentError {
    #[error("declined")]
    Declined,
}

#[derive(Debug, thiserror::Error, Failure)]
#[error(transparent)]
#[failure(transparent)]
struct Wrapped(#[from] PaymentError);

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
}

#[handler]
async fn pay(_: OrderPlaced) -> Result<(), PaymentError> {
    Err(PaymentError::Declined)
}

fn main() {
    let _ = Service::new("shop").handle::<pay>();
    let _ = Wrapped::from(PaymentError::Declined).class();
}
