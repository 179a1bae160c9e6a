use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments")]
struct PaymentSettled {
    payment_id: u64,
}

#[derive(Clone)]
struct Provider;

#[reconcile(every = "1h")]
async fn missing_payments(_: State<Provider>, _: Missing<PaymentSettled>) {}

fn main() {
    let _ = Service::new("payments").store(MemoryStore::new()).reconcile::<missing_payments>();
}
