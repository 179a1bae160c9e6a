use event_runtime::handler::{Input, Options, Output};
use event_runtime::prelude::*;
use event_runtime::{Handler, RetryPolicy};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "payments")]
struct OrderPaid {
    order_id: u32,
}

/// Authorizes
/// the payment.
///
/// More.
#[handler(
    name = "authorize",
    retry(attempts = 3, from = "1s", to = "1m"),
    timeout = "10s",
    concurrency = 4,
    prefetch = 8,
    rate = "60/m",
    from = ["checkout", "shop"]
)]
async fn authorize_payment(order: OrderPlaced, State(calls): State<Arc<AtomicU32>>) -> Result<OrderPaid, BoxError> {
    calls.fetch_add(1, Ordering::Relaxed);
    Ok(OrderPaid {
        order_id: order.order_id,
    })
}

#[handler]
async fn plain(_: OrderPlaced) {}

#[handler(batch(max = 500, within = "500ms"))]
async fn many(orders: Batch<OrderPlaced>) {
    drop(orders);
}

#[handler(prefetch = 1, retry(attempts = 1))]
async fn one_at_a_time(order: Envelope<OrderPlaced>, _: Context, _: Emit<OrderPaid>) -> Vec<OrderPaid> {
    drop(order);
    Vec::new()
}

#[handler(concurrency = 300)]
async fn wide(_: OrderPlaced) -> Option<(OrderPaid, OrderPlaced)> {
    None
}

#[tokio::test]
async fn the_function_stays_a_function() {
    let calls = Arc::new(AtomicU32::new(0));
    let paid = authorize_payment(OrderPlaced { order_id: 7 }, State(calls.clone()))
        .await
        .unwrap();
    assert_eq!(paid, OrderPaid { order_id: 7 });
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn options_arrive() {
    let second = Duration::from_secs(1);
    let said = Options::DEFAULT
        .with_retry(RetryPolicy::new(3, second, 60 * second))
        .with_timeout(10 * second)
        .with_concurrency(4)
        .with_prefetch(8)
        .with_rate(60, 60 * second)
        .with_from(&["checkout", "shop"]);
    assert_eq!(authorize_payment::OPTIONS, said);
    assert_eq!(
        (authorize_payment::NAME, authorize_payment::SUMMARY),
        ("authorize", "Authorizes the payment.")
    );
    assert_eq!(
        (plain::NAME, plain::SUMMARY, plain::OPTIONS),
        ("plain", "", Options::DEFAULT)
    );
}

#[test]
fn what_is_held_covers_what_runs() {
    assert_eq!(
        many::OPTIONS,
        Options::DEFAULT
            .with_prefetch(500)
            .with_batch(500, Duration::from_millis(500))
    );
    assert_eq!(wide::OPTIONS, Options::DEFAULT.with_prefetch(300).with_concurrency(300));
    let one = Options::DEFAULT.with_prefetch(1).with_concurrency(1);
    let policy = RetryPolicy::new(1, RetryPolicy::DEFAULT.from, RetryPolicy::DEFAULT.to);
    assert_eq!(one_at_a_time::OPTIONS, one.with_retry(policy));
}

#[test]
fn types_say_what_flows() {
    fn flow<H: Handler>() -> (Vec<&'static str>, Vec<&'static str>) {
        let takes = H::Input::CONTRACTS.iter().map(|contract| contract.type_name).collect();
        let publishes = H::Output::PUBLISHES
            .iter()
            .copied()
            .flatten()
            .map(|contract| contract.type_name)
            .collect();
        (takes, publishes)
    }
    assert_eq!(
        flow::<authorize_payment>(),
        (vec!["order.placed.v1"], vec!["order.paid.v1"])
    );
    assert_eq!(flow::<many>(), (vec!["order.placed.v1"], vec![]));
    assert_eq!(
        flow::<one_at_a_time>(),
        (vec!["order.placed.v1"], vec!["order.paid.v1"])
    );
    assert_eq!(flow::<wide>().1, ["order.paid.v1", "order.placed.v1"]);
    let batch = [<many as Handler>::Input::BATCH, <plain as Handler>::Input::BATCH];
    assert_eq!(batch, [true, false]);
}
