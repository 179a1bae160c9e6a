//! Services that stop, start, share and come back.

use super::play::{Called, Placed, Play, Played, Probe, QUICK, failed};
use super::stage::{letters, place, stop};
use crate::dead_letter::Select;
use crate::failure::{Class, Failed};
use crate::handler::{Call, Options};
use crate::service::Handle as _;
use crate::testing::conformance::Check;
use crate::testing::conformance::lab::Lab;
use crate::testing::conformance::verdict::{Failure, Verdict, check, ensure, ensure_eq};
use crate::topology::Topology;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::sleep;

pub(super) const CHECKS: &[Check] = &[
    check!(
        shutdown_finishes,
        "a shutdown lets running calls finish and gives back the rest, which the next start handles"
    ),
    check!(
        kept_while_away,
        "events wait for a service that is not running, in order"
    ),
    check!(
        instances_share,
        "two instances of a service share its events, each handled by one"
    ),
    check!(
        replayed,
        "a replayed dead letter reaches its own handler only, marked, as a first attempt, and is gone then"
    ),
    check!(
        queue_comes_back,
        "a service whose queue is deleted goes on when the queue is there again"
    ),
];

struct Slow;

impl Play for Slow {
    const OPTIONS: Options = QUICK.with_concurrency(2).with_prefetch(5);
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        let running = probe.begin(event.n, call);
        sleep(Duration::from_millis(200)).await;
        running.end();
        Ok(())
    }
}

/// How often each event was handled to its end.
fn ended(calls: &[Called]) -> BTreeMap<u32, usize> {
    let mut ended = BTreeMap::new();
    for call in calls.iter().filter(|call| call.ended) {
        *ended.entry(call.n).or_default() += 1;
    }
    ended
}

async fn shutdown_finishes(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Slow>>()).await?;
    place(&service, 0..8).await?;
    probe.called(2).await?;
    ensure!(service.shutdown().await, "the shutdown broke handlers off");
    let calls = probe.calls();
    ensure!(calls.iter().all(|call| call.ended), "a running call was broken off");
    ensure!(
        calls.len() < 8,
        "the shutdown waited for events that had not been begun"
    );
    lab.holds(&lab.names.queue("h"), 8 - calls.len() as u64).await?;
    let service = lab.start(lab.service(&probe).handle::<Played<Slow>>()).await?;
    probe.called(8).await?;
    stop(service).await?;
    ensure_eq!(ended(&probe.calls()), (0..8).map(|n| (n, 1)).collect(), "times handled");
    Ok(())
}

struct Takes;

impl Play for Takes {
    const OPTIONS: Options = QUICK.with_concurrency(1).with_prefetch(5);
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        let running = probe.begin(event.n, call);
        tokio::task::yield_now().await;
        running.end();
        Ok(())
    }
}

async fn kept_while_away(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    stop(service).await?;
    let publisher = lab.service(&probe).publishes::<Placed>();
    let publisher = lab.start(publisher).await?;
    place(&publisher, 0..50).await?;
    stop(publisher).await?;
    lab.holds(&lab.names.queue("h"), 50).await?;
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    probe.called(50).await?;
    stop(service).await?;
    ensure!(
        probe.events().into_iter().eq(0..50),
        "out of order: {:?}",
        probe.events()
    );
    Ok(())
}

async fn instances_share(lab: &Lab) -> Verdict {
    let probes = [Probe::default(), Probe::default()];
    let one = lab
        .start(lab.service_over(&lab.one, &probes[0]).handle::<Played<Takes>>())
        .await?;
    let two = lab
        .start(lab.service_over(&lab.two, &probes[1]).handle::<Played<Takes>>())
        .await?;
    place(&one, 0..60).await?;
    let total = || probes.iter().map(|probe| probe.calls().len()).sum::<usize>();
    for _ in 0..3000 {
        if total() >= 60 {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    stop(one).await?;
    stop(two).await?;
    let calls: Vec<_> = probes.iter().flat_map(Probe::calls).collect();
    ensure_eq!(ended(&calls), (0..60).map(|n| (n, 1)).collect(), "times handled");
    ensure!(
        probes.iter().all(|probe| !probe.calls().is_empty()),
        "one instance got nothing"
    );
    Ok(())
}

struct OnlyReplays;

impl Play for OnlyReplays {
    const NAME: &'static str = "only_replays";
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        let running = probe.begin(event.n, call);
        if probe
            .calls()
            .iter()
            .any(|call| call.handler == Self::NAME && call.replay)
        {
            running.end();
            return Ok(());
        }
        Err(failed(Class::Poison, "not_yet"))
    }
}

async fn replayed(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab
        .service(&probe)
        .handle::<Played<Takes>>()
        .handle::<Played<OnlyReplays>>();
    let service = lab.start(service).await?;
    let ids = place(&service, [1, 2]).await?;
    letters(&service, "only_replays", 2).await?;
    probe.called(4).await?;
    let select = Select::ids([&ids[1]]);
    let done = service.dead_letters().replay("only_replays", &select, |_| {}).await;
    let done = done.map_err(|error| Failure::new(format!("cannot replay: {error}")))?;
    ensure_eq!((done.sent, done.left), (1, 1), "sent and left");
    probe.called(5).await?;
    service.idle().await;
    let calls = probe.calls();
    ensure_eq!(calls.len(), 5, "calls");
    let again = &calls[4];
    ensure_eq!(
        (again.handler, again.n, again.attempt, again.replay),
        ("only_replays", 2, 1, true),
        "the replay"
    );
    ensure_eq!(again.id, ids[1], "its id");
    let left = letters(&service, "only_replays", 1).await?.remove(0);
    ensure_eq!(left.id, Some(ids[0].to_string()), "what is left");
    stop(service).await
}

async fn queue_comes_back(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    place(&service, [1]).await?;
    probe.called(1).await?;
    let all = service.topology().clone();
    let queue = lab.names.queue("h");
    let only = Topology {
        queues: all.queues.iter().filter(|one| one.name == queue).cloned().collect(),
        ..Topology::default()
    };
    lab.one.remove(&only).await?;
    // Long enough to be noticed.
    sleep(Duration::from_millis(500)).await;
    lab.one.apply(&all).await?;
    place(&service, [2]).await?;
    probe.called(2).await?;
    ensure_eq!(probe.events(), [1, 2], "calls");
    stop(service).await
}
