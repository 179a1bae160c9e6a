use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments")]
struct PaymentSettled {
    payment_id: u64,
}

struct Jobs;

impl Jobs {
    #[reconcile(every = "1h")]
    async fn missing_payments(&self, _: Missing<PaymentSettled>) {}
}

fn main() {}
