use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments")]
struct PaymentSettled {
    payment_id: u64,
}

#[reconcile(every = "1h")]
struct Job;

fn main() {}
