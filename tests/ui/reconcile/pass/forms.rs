use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments", unrouted = "keep")]
struct PaymentSettled {
    payment_id: u64,
}

#[derive(Clone)]
struct Provider;

/// Nothing returned.
#[reconcile(every = "1h")]
async fn quietly(_: Missing<PaymentSettled>) {}

/// Any error, arguments in any order, every option.
#[reconcile(every = "30d", timeout = "2h", window = "90d", name = "monthly")]
async fn job(missing: Missing<PaymentSettled>, _: State<Provider>) -> Result<(), std::io::Error> {
    let id = EventId::derived("provider", "1");
    missing.publish(id, &PaymentSettled { payment_id: 1 }).await.map_err(std::io::Error::other)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> event_runtime::Result<()> {
    let service = Service::new("payments").store(MemoryStore::new()).state(Provider);
    let running = service.reconcile::<quietly>().reconcile::<job>().start().await?;
    let jobs = running.snapshot().jobs;
    assert_eq!(jobs.iter().map(|job| job.job.as_str()).collect::<Vec<_>>(), ["quietly", "monthly"]);
    running.shutdown().await;
    let twice = Service::new("payments").store(MemoryStore::new());
    let twice = twice.reconcile::<quietly>().reconcile::<quietly>().start().await;
    assert!(twice.unwrap_err().to_string().contains("two jobs are called `quietly`"));
    Ok(())
}
