use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments")]
struct PaymentSettled {
    payment_id: u64,
}

#[reconcile(evry = "1h", timeout = 5, window = "0s")]
fn missing_payments(_: &Missing<PaymentSettled>) {}

fn main() {
    // What is wrong with the job is said once, and not again here.
    let _ = Service::new("payments").store(MemoryStore::new()).reconcile::<missing_payments>();
}
