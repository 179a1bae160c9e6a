use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments")]
struct PaymentSettled {
    payment_id: u64,
}

async fn missing_payments(_: Missing<PaymentSettled>) {}

struct NoJob;

fn main() {
    let _ = missing_payments;
    let _ = Service::new("payments").store(MemoryStore::new()).reconcile::<NoJob>();
}
