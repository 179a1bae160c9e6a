use super::events::{Paid, Placed, placed};
use super::stage::{SOON, Seen, Stage, counts, letters, reaches};
use event_runtime::prelude::*;
use event_runtime::topology::{Queue, Topology};
use event_tests::eventually;
use std::collections::BTreeMap;

on_both!(
    five_delayed_retries,
    undeliverable_in_the_ladder,
    every_class_of_failure,
    the_history_is_complete,
    a_fingerprint_per_failure,
);

#[derive(Debug, thiserror::Error, Failure)]
enum Fault {
    #[error("not yet")]
    #[failure(retry)]
    Short,
    /// Longer than what is waited for in process.
    #[error("much later: {0}")]
    #[failure(retry(after = "5100ms"))]
    Long(#[source] std::io::Error),
    #[error("order {order} never works")]
    #[failure(poison)]
    Hopeless { order: u32 },
    #[error("other poison")]
    #[failure(poison)]
    Other,
    #[error("nothing to do")]
    #[failure(skip)]
    Done,
}

fn long() -> Fault {
    Fault::Long(std::io::Error::other("the gateway is down"))
}

#[handler(retry(attempts = 6, from = "1ms", to = "1ms"))]
async fn sixth_time(order: Placed, at: Context, seen: State<Seen<(u32, u32)>>) -> Result<(), Fault> {
    seen.push((order.order, at.attempt));
    if at.attempt < 6 { Err(long()) } else { Ok(()) }
}

/// Fault matrix 24: the broker's own bookkeeping would eat the second copy, and later ones.
async fn five_delayed_retries(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<sixth_time>())
        .await;
    for order in 0..3 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    eventually(3 * SOON, "the sixth attempts", async || {
        counts(&service, "sixth_time").handled == 3
    })
    .await;
    let mut attempts = BTreeMap::<u32, Vec<u32>>::new();
    for (order, attempt) in seen.all() {
        attempts.entry(order).or_default().push(attempt);
    }
    let six: Vec<u32> = (1..=6).collect();
    assert_eq!(attempts, (0..3).map(|order| (order, six.clone())).collect());
    let counts = counts(&service, "sixth_time");
    assert_eq!((counts.delayed, counts.retried, counts.dead()), (15, 0, 0));
    service.shutdown().await;
}

#[handler(retry(attempts = 3, from = "1ms", to = "1ms"))]
async fn removed(_: Placed) -> Result<(), Fault> {
    Err(long())
}

#[handler(retry(attempts = 3, from = "1ms", to = "1ms"))]
async fn stays(_: Paid, at: Context) -> Result<(), Fault> {
    if at.attempt == 1 { Err(long()) } else { Ok(()) }
}

/// Fault matrix 23: more than 32 of them would stop the whole ladder, if they had nowhere to go.
async fn undeliverable_in_the_ladder(stage: &Stage) {
    let service = stage.start(stage.service().handle::<removed>().handle::<stays>()).await;
    for order in 0..40 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    reaches(&service, "removed", "40 on the ladder", |counts| counts.delayed == 40).await;
    for order in 0..10 {
        service.publisher().publish(&Paid { order }).await.unwrap();
    }
    reaches(&service, "stays", "10 on the ladder", |counts| counts.delayed == 10).await;
    let wire = stage.connect();
    let gone = Topology {
        queues: vec![Queue {
            name: stage.names().queue("removed"),
            delivery_limit: 1,
            single_active: false,
            dead_letter: None,
            message_ttl: None,
        }],
        ..Topology::default()
    };
    wire.remove(&gone).await.unwrap();
    reaches(&service, "stays", "the others", |counts| counts.handled == 10).await;
    let lost = stage.names().lost();
    eventually(SOON, "40 in the lost queue", async || wire.depth(&lost).await == Ok(40)).await;
    wire.close().await;
    service.shutdown().await;
}

#[handler(retry(attempts = 3, from = "10ms", to = "20ms"))]
async fn classes(order: Placed, at: Context, seen: State<Seen<(u32, u32)>>) -> Result<(), Fault> {
    seen.push((order.order, at.attempt));
    match order.order {
        0 => Err(Fault::Short),
        1 if at.attempt < 3 => Err(Fault::Short),
        2 if at.attempt == 1 => Err(long()),
        3 => Err(Fault::Hopeless { order: 3 }),
        4 => Err(Fault::Done),
        _ => Ok(()),
    }
}

/// Two tiers: a short wait in process, a long one on the ladder; poison at once; a skip counts as handled.
async fn every_class_of_failure(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<classes>())
        .await;
    for order in 0..6 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    reaches(&service, "classes", "all of it", |counts| {
        counts.handled + counts.skipped + counts.dead() == 6
    })
    .await;
    let attempts = |order| {
        seen.all()
            .iter()
            .filter(|(of, _)| *of == order)
            .map(|(_, at)| *at)
            .collect::<Vec<_>>()
    };
    assert_eq!(attempts(0), [1, 2, 3]);
    assert_eq!(attempts(1), [1, 2, 3]);
    assert_eq!(attempts(2), [1, 2]);
    for order in 3..6 {
        assert_eq!(attempts(order), [1], "{order}");
    }
    let counts = counts(&service, "classes");
    assert_eq!((counts.handled, counts.skipped), (3, 1));
    assert_eq!((counts.retried, counts.delayed), (4, 1));
    assert_eq!(
        counts.dead_letters,
        BTreeMap::from([("exhausted".to_owned(), 1), ("poison".to_owned(), 1)])
    );
    let mut found: Vec<_> = letters(&service, "classes", 2)
        .await
        .into_iter()
        .map(|dead| (dead.key, dead.reason))
        .collect();
    found.sort();
    let expected = [("0", "exhausted"), ("3", "poison")].map(|(key, reason)| (Some(key.to_owned()), reason.to_owned()));
    assert_eq!(found, expected);
    service.shutdown().await;
}

#[handler(retry(attempts = 4, from = "20ms", to = "20ms"))]
async fn four_times(_: Placed, at: Context) -> Result<(), Fault> {
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    match at.attempt {
        1 => Err(Fault::Short),
        2 => Err(long()),
        3 => panic!("out of ink"),
        _ => Err(Fault::Hopeless { order: 7 }),
    }
}

/// In process, over the ladder and through a panic: the dead letter tells all of it.
async fn the_history_is_complete(stage: &Stage) {
    let before = jiff::Timestamp::now();
    let service = stage.start(stage.service().handle::<four_times>()).await;
    let id = service.publisher().publish(&placed(7)).await.unwrap();
    let letter = letters(&service, "four_times", 1).await.remove(0);
    let after = jiff::Timestamp::now();
    assert_eq!(letter.id, Some(id.to_string()));
    assert_eq!(
        (letter.event_type.as_str(), letter.key.as_deref()),
        ("order.placed.v1", Some("7"))
    );
    assert_eq!(
        (letter.source.as_deref(), letter.handler.as_str()),
        (Some(stage.name.as_str()), "four_times")
    );
    assert_eq!(
        (letter.reason.as_str(), letter.error.as_str()),
        ("poison", "order 7 never works")
    );
    assert_eq!(letter.correlation_id, Some(id.to_string()));
    assert_eq!(letter.trace_id.map(|id| id.len()), Some(32));
    assert_eq!(letter.attempts, 4);
    let told: Vec<_> = letter
        .history
        .iter()
        .map(|at| (at.attempt, at.class.as_str(), at.code.as_str(), at.error.as_str()))
        .collect();
    let expected = [
        (1, "retry", "Short", "not yet"),
        (2, "retry_after", "Long", "much later: the gateway is down"),
        (3, "retry", "panic", "the handler panicked: out of ink"),
        (4, "poison", "Hopeless", "order 7 never works"),
    ];
    assert_eq!(told, expected);
    for attempt in &letter.history {
        assert!((25..5000).contains(&attempt.took_ms), "{attempt:?}");
        assert!(
            !attempt.host.is_empty() && attempt.build.starts_with("behaviour"),
            "{attempt:?}"
        );
        assert!((before..=after).contains(&attempt.at), "{attempt:?}");
    }
    assert!(letter.history.is_sorted_by_key(|attempt| attempt.at));
    assert_eq!(letter.first_failed_at, Some(letter.history[0].at));
    assert!(letter.dead_at.is_some_and(|at| at >= letter.history[3].at));
    service.shutdown().await;
}

#[handler(retry(attempts = 1))]
async fn variants(order: Placed) -> Result<(), Fault> {
    match order.order {
        0 | 1 => Err(Fault::Hopeless { order: order.order }),
        2 => Err(Fault::Other),
        _ => Err(Fault::Short),
    }
}

#[handler(retry(attempts = 1))]
async fn plain(order: Placed) -> Result<(), BoxError> {
    match order.order {
        0 | 1 => Err(format!("order {} is unknown", order.order))?,
        2 => Err("no connection")?,
        _ => panic!("order {} is odd", order.order),
    }
}

/// Equal for failures that only differ in their figures, different for everything else.
async fn a_fingerprint_per_failure(stage: &Stage) {
    let service = stage
        .start(stage.service().handle::<variants>().handle::<plain>())
        .await;
    for order in 0..4 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    let mut all = Vec::new();
    for handler in ["variants", "plain"] {
        let mut prints = BTreeMap::new();
        for letter in letters(&service, handler, 4).await {
            assert_eq!(letter.fingerprint.len(), 16);
            prints.insert(letter.key.unwrap(), letter.fingerprint);
        }
        assert_eq!(prints["0"], prints["1"], "{handler}: the same failure");
        all.extend([prints["0"].clone(), prints["2"].clone(), prints["3"].clone()]);
    }
    let different: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(different.len(), 6, "{all:?}");
    service.shutdown().await;
}
