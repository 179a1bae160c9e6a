//! What arrives is handled.

use super::play::{Placed, Play, Played, Probe, QUICK, failed};
use super::stage::{letters, place, stop};
use crate::failure::{Class, Failed};
use crate::handler::{Batch, Call, Options};
use crate::service::Handle as _;
use crate::testing::conformance::Check;
use crate::testing::conformance::lab::Lab;
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::sleep;

pub(super) const CHECKS: &[Check] = &[
    check!(
        handled_once,
        "with nothing broken, every event is handled once, and its queue is empty then"
    ),
    check!(
        own_copies,
        "every handler of an event gets a copy, and the failure of one is nothing to the other"
    ),
    check!(
        bounded_concurrency,
        "no more calls run side by side than the handler allows, and not fewer"
    ),
    check!(
        batches,
        "a batch handler gets several events per call, in order, never more than its maximum"
    ),
    check!(bad_apple, "one bad event of a batch becomes a dead letter alone"),
];

struct Takes;

impl Play for Takes {
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        probe.begin(event.n, call).end();
        Ok(())
    }
}

async fn handled_once(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    let ids = place(&service, 0..300).await?;
    probe.called(300).await?;
    service.idle().await;
    let calls = probe.calls();
    ensure_eq!(calls.len(), 300, "calls");
    let called: BTreeSet<_> = calls.iter().map(|call| (call.n, &call.id)).collect();
    ensure!(
        called.into_iter().eq((0..).zip(&ids)),
        "other events than published were handled"
    );
    let snapshot = service.snapshot();
    ensure_eq!(snapshot.published, 300, "published, in the figures");
    ensure_eq!(snapshot.handlers[0].handled, 300, "handled, in the figures");
    ensure_eq!(snapshot.handlers[0].dead(), 0, "dead letters");
    stop(service).await?;
    lab.holds(&lab.names.queue("h"), 0).await
}

struct Refuses;

impl Play for Refuses {
    const NAME: &'static str = "refuses";
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        probe.begin(event.n, call).end();
        Err(failed(Class::Poison, "refused"))
    }
}

async fn own_copies(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab
        .service(&probe)
        .handle::<Played<Takes>>()
        .handle::<Played<Refuses>>();
    let service = lab.start(service).await?;
    place(&service, 0..10).await?;
    probe.called(20).await?;
    letters(&service, "refuses", 10).await?;
    for handler in ["h", "refuses"] {
        let calls = probe.calls();
        let of: BTreeSet<_> = calls
            .iter()
            .filter(|call| call.handler == handler)
            .map(|call| call.n)
            .collect();
        ensure!(of.into_iter().eq(0..10), "{handler} did not get every event");
    }
    letters(&service, "h", 0).await?;
    stop(service).await
}

struct Slow;

impl Play for Slow {
    const OPTIONS: Options = QUICK.with_concurrency(3);
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        let running = probe.begin(event.n, call);
        sleep(Duration::from_millis(100)).await;
        running.end();
        Ok(())
    }
}

async fn bounded_concurrency(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Slow>>()).await?;
    place(&service, 0..15).await?;
    probe.called(15).await?;
    ensure_eq!(probe.most(), 3, "calls side by side");
    stop(service).await
}

struct Gathers;

impl Play for Gathers {
    const OPTIONS: Options = QUICK.with_batch(5, Duration::from_millis(500)).with_concurrency(1);
    type Takes = Batch<Placed>;
    type Gives = ();

    async fn play(batch: Batch<Placed>, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        let poison = batch.iter().any(|one| one.n == 1000);
        // One call per event, as many running side by side as the batch is long.
        let running: Vec<_> = batch.iter().map(|one| probe.begin(one.n, call)).collect();
        if poison {
            return Err(failed(Class::Poison, "bad"));
        }
        running.into_iter().for_each(super::play::Running::end);
        Ok(())
    }
}

async fn batches(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Gathers>>()).await?;
    place(&service, 0..22).await?;
    probe.called(22).await?;
    service.idle().await;
    ensure!(
        probe.events().into_iter().eq(0..22),
        "out of order: {:?}",
        probe.events()
    );
    ensure_eq!(probe.most(), 5, "events in the largest batch");
    ensure_eq!(service.snapshot().handlers[0].handled, 22, "handled");
    stop(service).await?;
    lab.holds(&lab.names.queue("h"), 0).await
}

async fn bad_apple(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Gathers>>()).await?;
    place(&service, [1, 2, 1000, 4, 5]).await?;
    let letter = letters(&service, "h", 1).await?.remove(0);
    ensure_eq!(letter.key.as_deref(), Some("1000"), "key of the dead letter");
    service.idle().await;
    let calls = probe.calls();
    for n in [1, 2, 4, 5] {
        let ended = calls.iter().filter(|call| call.n == n && call.ended).count();
        ensure_eq!(ended, 1, "times event {n} was handled to the end");
    }
    ensure_eq!(service.snapshot().handlers[0].handled, 4, "handled");
    stop(service).await
}
