//! The delay ladder.

use crate::testing::conformance::lab::{Lab, message};
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::testing::conformance::{Check, reader};
use crate::topology::{Ladder, Route, Topology};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

pub(super) const CHECKS: &[Check] = &[
    check!(delays, "a delayed message arrives not early, and less than 1.5 s late"),
    check!(
        delays_with_jitter,
        "short delays overtake long ones: random delays are kept, each for itself"
    ),
    check!(
        delay_reaches_one,
        "a delay ends at the handler that asked for it, whatever others are called"
    ),
    check!(
        delay_to_nowhere,
        "delays of a handler that is gone end in the lost queue, and hold up nobody else's"
    ),
];

/// How late is too late.
const LATE: Duration = Duration::from_millis(1500);

async fn service(lab: &Lab, handlers: &[&str]) -> Verdict {
    let routes: Vec<_> = handlers
        .iter()
        .map(|handler| Route::new(*handler, Vec::new()))
        .collect();
    lab.make(&Topology::of_service(&lab.names, &routes, &[])).await?;
    Ok(())
}

/// Publishes one message per delay, the delay in milliseconds as its body; holds the arrivals against the clock.
async fn arrive(lab: &Lab, delays: &[u64]) -> Verdict {
    service(lab, &["h"]).await?;
    let top = lab.names.delay(Ladder::LEVELS - 1);
    let mut reader = lab.read(&lab.names.queue("h"), 100).await?;
    let before = Instant::now();
    let delayed = |ms: &u64| message(&top, &Ladder::routing_key(Duration::from_millis(*ms), "h"), ms);
    for answer in lab.publish(delays.iter().map(delayed).collect()).await? {
        answer?;
    }
    let after = Instant::now();
    let mut left: BTreeSet<_> = delays.iter().map(u64::to_string).collect();
    for _ in 0..delays.len() {
        let delivery = reader.take_acked(1).await?.remove(0);
        let ms = reader::body(&delivery);
        ensure!(left.remove(&ms), "the one delayed by {ms} ms came twice");
        let delay = Duration::from_millis(ms.parse().unwrap_or_default());
        ensure!(before.elapsed() >= delay, "{ms} ms: came after {:?}", before.elapsed());
        ensure!(
            after.elapsed() < delay + LATE,
            "{ms} ms: came after {:?}",
            after.elapsed()
        );
        ensure!(
            lab.names.is_return_path(&delivery.exchange),
            "came through {}, which is not the return path",
            delivery.exchange
        );
        ensure_eq!(delivery.returns, 0, "returns");
    }
    reader.quiet().await?;
    lab.holds(&lab.names.lost(), 0).await
}

async fn delays(lab: &Lab) -> Verdict {
    arrive(lab, &[0, 1, 250, 500, 750, 1250, 3000]).await
}

async fn delays_with_jitter(lab: &Lab) -> Verdict {
    let mut delays = BTreeSet::new();
    while delays.len() < 60 {
        delays.insert(fastrand::u64(1..4000));
    }
    let mut delays: Vec<_> = delays.into_iter().collect();
    fastrand::shuffle(&mut delays);
    arrive(lab, &delays).await
}

async fn delay_reaches_one(lab: &Lab) -> Verdict {
    service(lab, &["h", "x-h", "h-x"]).await?;
    let top = lab.names.delay(Ladder::LEVELS - 1);
    for handler in ["x-h", "h", "h-x", "h"] {
        let key = Ladder::routing_key(Duration::from_millis(750), handler);
        lab.send(&top, &key, [handler]).await?;
    }
    for (handler, wanted) in [("h", &["h", "h"][..]), ("x-h", &["x-h"]), ("h-x", &["h-x"])] {
        let mut reader = lab.read(&lab.names.queue(handler), 10).await?;
        ensure_eq!(reader.bodies(wanted.len()).await?, wanted, "at {handler}");
        reader.quiet().await?;
    }
    Ok(())
}

async fn delay_to_nowhere(lab: &Lab) -> Verdict {
    service(lab, &["h"]).await?;
    let top = lab.names.delay(Ladder::LEVELS - 1);
    let key = |handler| Ladder::routing_key(Duration::from_millis(500), handler);
    // More than the 32 that a real ladder without an alternate exchange would stop at.
    lab.send(&top, &key("gone"), (0..40).map(|_| "lost")).await?;
    lab.send(&top, &key("h"), ["kept"]).await?;
    let mut reader = lab.read(&lab.names.queue("h"), 10).await?;
    ensure_eq!(reader.bodies(1).await?, ["kept"], "behind those to nowhere");
    lab.holds(&lab.names.lost(), 40).await
}
