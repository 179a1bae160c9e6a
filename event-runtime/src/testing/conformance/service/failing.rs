//! What fails is tried again, as often as its handler says, and then kept.

use super::play::{Placed, Play, Played, Probe, QUICK, failed};
use super::stage::{letters, place, stop};
use crate::failure::{Class, Failed};
use crate::handler::{Call, Options};
use crate::service::Handle as _;
use crate::testing::conformance::Check;
use crate::testing::conformance::lab::Lab;
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use std::time::Duration;

pub(super) const CHECKS: &[Check] = &[
    check!(
        retries_counted,
        "a failed attempt is followed by another, counted, until one works"
    ),
    check!(
        exhausted,
        "after the last attempt the event is a dead letter with its bytes, its identity and its whole history"
    ),
    check!(
        poison_at_once,
        "what can never work becomes a dead letter at its first attempt"
    ),
    check!(skipped, "a failure to skip ends well, without a dead letter"),
    check!(
        panics_counted,
        "a panic is a failed attempt, and the next event is handled"
    ),
    check!(
        hangs_ended,
        "a call that never returns is ended by its deadline, counted, and its place is free"
    ),
    check!(
        retried_later,
        "a long wait is spent on the broker: others are handled meanwhile, and the count goes on"
    ),
];

/// Does what the number of the event says.
struct Fails;

impl Play for Fails {
    const OPTIONS: Options = QUICK.with_timeout(Duration::from_millis(300)).with_concurrency(1);
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        let running = probe.begin(event.n, call);
        match (event.n, call.attempt) {
            (FLAKY, 1 | 2) => return Err(failed(Class::Retry, "flaky")),
            (BROKEN, _) => return Err(failed(Class::Retry, "broken")),
            (POISON, _) => return Err(failed(Class::Poison, "declined")),
            (SKIP, _) => return Err(failed(Class::Skip, "too_late")),
            // As `panic!` does, without its message on the terminal.
            (PANIC, _) => std::panic::resume_unwind(Box::new("on purpose")),
            (HANG, _) => std::future::pending().await,
            (LATER, 1) => return Err(failed(Class::RetryAfter(LONG), "throttled")),
            _ => {}
        }
        running.end();
        Ok(())
    }
}

const FINE: u32 = 0;
const FLAKY: u32 = 1;
const BROKEN: u32 = 2;
const POISON: u32 = 3;
const SKIP: u32 = 4;
const PANIC: u32 = 5;
const HANG: u32 = 6;
const LATER: u32 = 7;
/// Longer than what is waited for in process.
const LONG: Duration = Duration::from_secs(6);

async fn retries_counted(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Fails>>()).await?;
    let ids = place(&service, [FLAKY]).await?;
    probe.called(3).await?;
    service.idle().await;
    let calls = probe.calls();
    let attempts: Vec<_> = calls.iter().map(|call| call.attempt).collect();
    ensure_eq!(attempts, [1, 2, 3], "attempts");
    ensure!(calls.iter().all(|call| call.id == ids[0]), "a retry has another id");
    let figures = service.snapshot().handlers.remove(0);
    ensure_eq!(
        (figures.handled, figures.failed),
        (1, 2),
        "handled and failed, in the figures"
    );
    letters(&service, "h", 0).await?;
    stop(service).await?;
    lab.holds(&lab.names.queue("h"), 0).await
}

async fn exhausted(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Fails>>()).await?;
    let ids = place(&service, [BROKEN]).await?;
    let letter = letters(&service, "h", 1).await?.remove(0);
    ensure_eq!(probe.calls().len(), 3, "calls");
    ensure_eq!(letter.reason, "exhausted", "reason");
    ensure_eq!(letter.error, "broken: on purpose", "error");
    ensure_eq!(letter.attempts, 3, "attempts");
    let history: Vec<_> = letter
        .history
        .iter()
        .map(|one| (one.attempt, one.code.as_str(), one.class.as_str()))
        .collect();
    ensure_eq!(
        history,
        [(1, "broken", "retry"), (2, "broken", "retry"), (3, "broken", "retry")],
        "history"
    );
    let id = ids[0].to_string();
    ensure_eq!(letter.id.as_ref(), Some(&id), "id");
    ensure_eq!(letter.correlation_id.as_ref(), Some(&id), "correlation id");
    ensure_eq!(letter.event_type, "order.placed.v1", "type");
    ensure_eq!(letter.key.as_deref(), Some("2"), "key");
    ensure_eq!(letter.source.as_deref(), Some(&*lab.prefix), "source");
    ensure_eq!(letter.handler, "h", "handler");
    ensure!(letter.message.body == r#"{"n":2}"#, "the body was changed");
    ensure!(!letter.fingerprint.is_empty(), "there is no fingerprint");
    ensure!(letter.trace_id.is_some(), "there is no trace");
    ensure!(
        letter.first_failed_at.is_some() && letter.first_failed_at <= letter.dead_at,
        "first failed at {:?}, dead at {:?}",
        letter.first_failed_at,
        letter.dead_at
    );
    // Looking leaves it there.
    letters(&service, "h", 1).await?;
    stop(service).await?;
    lab.holds(&lab.names.queue("h"), 0).await
}

async fn poison_at_once(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Fails>>()).await?;
    place(&service, [POISON, FINE]).await?;
    let letter = letters(&service, "h", 1).await?.remove(0);
    probe.called(2).await?;
    ensure_eq!(probe.events(), [POISON, FINE], "calls");
    ensure_eq!((&*letter.reason, letter.attempts), ("poison", 1), "reason and attempts");
    ensure_eq!(letter.history[0].code, "declined", "code");
    stop(service).await
}

async fn skipped(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Fails>>()).await?;
    place(&service, [SKIP, FINE]).await?;
    probe.called(2).await?;
    service.idle().await;
    ensure_eq!(probe.events(), [SKIP, FINE], "calls");
    ensure_eq!(service.snapshot().handlers[0].skipped, 1, "skipped, in the figures");
    letters(&service, "h", 0).await?;
    stop(service).await?;
    lab.holds(&lab.names.queue("h"), 0).await
}

async fn panics_counted(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Fails>>()).await?;
    place(&service, [PANIC, FINE]).await?;
    let letter = letters(&service, "h", 1).await?.remove(0);
    probe.called(4).await?;
    ensure_eq!(
        (&*letter.reason, letter.attempts),
        ("exhausted", 3),
        "reason and attempts"
    );
    ensure!(
        letter.history.iter().all(|one| one.code == "panic"),
        "the history does not call them panics"
    );
    ensure!(
        letter.error.contains("on purpose"),
        "the panic's text is gone: {}",
        letter.error
    );
    stop(service).await
}

async fn hangs_ended(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Fails>>()).await?;
    place(&service, [HANG, FINE]).await?;
    let letter = letters(&service, "h", 1).await?.remove(0);
    probe.called(4).await?;
    ensure_eq!(probe.events(), [HANG, HANG, HANG, FINE], "calls");
    ensure_eq!(
        (&*letter.reason, letter.attempts),
        ("exhausted", 3),
        "reason and attempts"
    );
    ensure!(
        letter.history.iter().all(|one| one.code == "timeout"),
        "the history does not call them time-outs"
    );
    stop(service).await
}

async fn retried_later(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Fails>>()).await?;
    let ids = place(&service, [LATER, FINE]).await?;
    probe.called(3).await?;
    let calls = probe.calls();
    ensure_eq!(probe.events(), [LATER, FINE, LATER], "calls");
    let (first, again) = (&calls[0], &calls[2]);
    ensure_eq!((first.attempt, again.attempt), (1, 2), "attempts");
    ensure_eq!(again.id, ids[0], "id of the second attempt");
    let waited = again.at - first.at;
    ensure!(
        waited >= LONG && waited < LONG + Duration::from_secs(3),
        "it waited {waited:?}"
    );
    ensure!(
        calls[1].at - first.at < Duration::from_secs(3),
        "the wait held up another event"
    );
    letters(&service, "h", 0).await?;
    stop(service).await?;
    lab.holds(&lab.names.lost(), 0).await
}
