use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments")]
struct PaymentSettled {
    payment_id: u64,
}

#[reconcile(every = "1h")]
async fn missing_payments(_: Missing<PaymentSettled>) {}

fn main() {
    let _ = Service::new("payments").reconcile::<missing_payments>();
}
