use super::admit::{Refusal, admit, attributes};
use super::attempt::{Ended, attempt};
use super::copy::{self, Death};
use super::drain::drain;
use super::group::{group, resume};
use super::history::History;
use super::hold::publish_copy;
use super::line::fence;
use super::poison::poison;
use super::trial::trial;
use super::{Shared, Work, alarm, receipt};
use crate::failure::{Class, Failed};
use crate::handler::{Handler, Input as _, Received};
use crate::message::property;
use crate::topology::Ladder;
use crate::transport::Delivery;
use futures_util::future::BoxFuture;
use std::slice::from_ref;
use std::time::Duration;
use tokio::time::Instant;

/// The longest wait between two attempts of an event whose key waits with it.
pub(super) const LONGEST_HELD: Duration = Duration::from_secs(300);

/// Reasons to refuse what may still be an event of this handler.
const IN_THE_WAY: [&str; 3] = ["unknown_contract", "malformed", "suspected_crash"];

/// Takes deliveries to their end. What comes back may be acked; what does not is left for the broker to give back.
///
/// What is rare is boxed, here and below: every call would carry its size otherwise.
pub(crate) async fn process<H: Handler>(shared: &Shared, needs: &H::Needs, work: Work) -> Work {
    let count = work.len();
    let settled = match work {
        Work::One(delivery) => {
            if one::<H>(shared, needs, &delivery).await {
                Work::One(delivery)
            } else {
                Work::Nothing
            }
        }
        Work::Suspect(delivery) => {
            let refusal = Refusal {
                reason: "suspected_crash",
                detail: format!(
                    "given back {} times without an answer: it may crash its handler",
                    delivery.returns
                ),
            };
            if refused::<H>(shared, &delivery, refusal).await {
                Work::One(delivery)
            } else {
                Work::Nothing
            }
        }
        Work::Many(deliveries) => match &shared.durable {
            Some(durable) if !H::Input::BATCH => Box::pin(group::<H>(shared, durable, needs, deliveries)).await,
            _ => Work::Many(Box::pin(many::<H>(shared, needs, deliveries)).await),
        },
        Work::Line(mut line) => {
            Box::pin(drain::<H>(shared, needs, &mut line)).await;
            Work::Line(line)
        }
        Work::Trial(mut tried) => {
            Box::pin(trial::<H>(shared, needs, &mut tried)).await;
            Work::Trial(tried)
        }
        Work::Again(again) => Box::pin(resume::<H>(shared, needs, *again)).await,
        Work::Split(..) => work,
        Work::Nothing => Work::Nothing,
    };
    shared.stats.ended.add(count - settled.unfinished());
    settled
}

/// One delivery: `true` when it may be acked.
async fn one<H: Handler>(shared: &Shared, needs: &H::Needs, delivery: &Delivery) -> bool {
    let mut room = None;
    let received = match admit(shared, delivery, &mut room) {
        Ok(attributes) => Received { delivery, attributes },
        Err(refusal) => return refused::<H>(shared, delivery, refusal).await,
    };
    let history = History::of(shared, delivery);
    from::<H>(shared, needs, &received, history, shared.patience()).await
}

/// One delivery, from an attempt on: `true` when it may be acked.
pub(super) async fn from<H: Handler>(
    shared: &Shared,
    needs: &H::Needs,
    received: &Received<'_>,
    mut history: History,
    mut budget: Duration,
) -> bool {
    loop {
        let started = Instant::now();
        let ended = attempt::<H>(shared, needs, from_ref(received), history.attempts + 1, started).await;
        let took = started.elapsed();
        if shared.durable.is_none() {
            shared.stats.took(took);
        }
        match ended {
            Ended::Well(counts) => {
                counts.count(shared);
                receipt::write(shared, from_ref(received.delivery), counts.outcome(0)).await;
                return true;
            }
            Ended::GivenUp => return false,
            Ended::Undecodable(error) => return refused::<H>(shared, received.delivery, error.into()).await,
            Ended::Failed(failed) => {
                shared.stats.failed.add(1);
                history.push(&failed, took, &shared.host, &shared.build);
                match Box::pin(failure::<H>(shared, received, &history, &failed, &mut budget)).await {
                    Next::Again => shared.stats.retried.add(1),
                    Next::Settled => return true,
                    Next::Unsettled => return false,
                }
            }
        }
    }
}

pub(super) enum Next {
    Again,
    Settled,
    Unsettled,
}

impl Next {
    fn settled(safe: bool) -> Self {
        if safe { Self::Settled } else { Self::Unsettled }
    }
}

/// After a failed attempt: wait and try again, send it to the ladder, or to the dead letters.
pub(super) async fn failure<H: Handler>(
    shared: &Shared,
    received: &Received<'_>,
    history: &History,
    failed: &Failed,
    budget: &mut Duration,
) -> Next {
    let (id, attempt, handler) = (&received.attributes.id, history.attempts, shared.handler);
    let policy = &shared.options.retry;
    let wait = match failed.class {
        Class::Skip => {
            if !fence::<H>(shared, received).await {
                return Next::Unsettled;
            }
            tracing::info!(handler, event_id = %id, error = %failed.error, "skipped");
            shared.stats.skipped.add(1);
            receipt::write(shared, from_ref(received.delivery), receipt::HANDLED).await;
            return Next::Settled;
        }
        Class::Poison => return Next::settled(bury::<H>(shared, received, history, "poison", failed).await),
        _ if attempt >= policy.attempts => {
            return Next::settled(bury::<H>(shared, received, history, "exhausted", failed).await);
        }
        Class::RetryAfter(wait) => wait.max(policy.wait(attempt)),
        Class::Retry => policy.wait(attempt),
    };
    // Down the ladder, an event would be overtaken by the next ones of its key.
    let wait = if shared.is_ordered() {
        wait.min(LONGEST_HELD)
    } else {
        wait
    };
    let rest = budget.checked_sub(wait);
    if rest.is_none() && shared.is_ordered() {
        // The broker would take it back in the middle of the wait, and its attempts would begin anew.
        return Next::settled(bury::<H>(shared, received, history, "exhausted", failed).await);
    }
    if let Some(rest) = rest {
        *budget = rest;
        tracing::info!(handler, event_id = %id, attempt, error = %failed.error, wait_ms = wait.as_millis() as u64, "retrying");
        return if shared.sleep(wait).await {
            Next::Again
        } else {
            Next::Unsettled
        };
    }
    let wait = wait.min(Ladder::MAX);
    tracing::warn!(handler, event_id = %id, attempt, error = %failed.error, wait_ms = wait.as_millis() as u64, "retrying later");
    let safe = publish_copy(shared, copy::delayed(shared, received.delivery, history, wait)).await;
    if safe {
        shared.stats.delayed.add(1);
    }
    Next::settled(safe)
}

async fn bury<H: Handler>(
    shared: &Shared,
    received: &Received<'_>,
    history: &History,
    reason: &str,
    failed: &Failed,
) -> bool {
    let death = Death {
        reason,
        code: failed.code,
        error: &failed.error,
    };
    poison::<H>(shared, received, history, &death).await
}

/// A delivery that never reached the function. Where order counts, an event of this handler that its build cannot read is
/// in the way of later ones; what is none of its events is not.
pub(super) fn refused<'a, H: Handler>(
    shared: &'a Shared,
    delivery: &'a Delivery,
    refusal: Refusal,
) -> BoxFuture<'a, bool> {
    let in_order = shared.is_ordered() && IN_THE_WAY.contains(&refusal.reason);
    if !in_order {
        return refuse(shared, delivery, refusal);
    }
    Box::pin(async move {
        let mut room = None;
        match attributes(shared, delivery, &mut room) {
            Ok(attributes) if attributes.key().is_some() && shared.takes(attributes.name) => {
                let received = Received { delivery, attributes };
                let death = Death {
                    reason: refusal.reason,
                    code: refusal.reason,
                    error: &refusal.detail,
                };
                let history = History::of(shared, delivery);
                poison::<H>(shared, &received, &history, &death).await
            }
            _ => refuse(shared, delivery, refusal).await,
        }
    })
}

/// A delivery that never reached the function.
fn refuse<'a>(shared: &'a Shared, delivery: &'a Delivery, refusal: Refusal) -> BoxFuture<'a, bool> {
    Box::pin(async move {
        tracing::error!(
            handler = shared.handler,
            event_id = delivery.message.headers.get(property::MESSAGE_ID),
            reason = refusal.reason,
            error = %refusal.detail,
            "dead letter"
        );
        let history = History::of(shared, delivery);
        let death = Death {
            reason: refusal.reason,
            code: refusal.reason,
            error: &refusal.detail,
        };
        let safe = publish_copy(shared, copy::dead(shared, delivery, &history, &death)).await;
        if safe {
            shared.stats.dead(refusal.reason);
            alarm::raise(shared, delivery, &history, &death);
        }
        safe
    })
}

/// A batch: together first, and each alone when that fails, so that one bad event does not take the others with it.
async fn many<H: Handler>(shared: &Shared, needs: &H::Needs, deliveries: Vec<Delivery>) -> Vec<Delivery> {
    let mut rooms = vec![None; deliveries.len()];
    let admitted = deliveries.iter().zip(&mut rooms);
    let admitted: Vec<_> = admitted.map(|(delivery, room)| admit(shared, delivery, room)).collect();
    let received: Vec<_> = deliveries
        .iter()
        .zip(&admitted)
        .filter_map(|(delivery, admitted)| {
            Some(Received {
                delivery,
                attributes: admitted.as_ref().ok()?.clone(),
            })
        })
        .collect();
    let first_attempts = received
        .iter()
        .all(|one| History::of(shared, one.delivery).attempts == 0);
    let mut done = false;
    if first_attempts && !received.is_empty() {
        let started = Instant::now();
        let ended = attempt::<H>(shared, needs, &received, 1, started).await;
        if shared.durable.is_none() {
            shared.stats.took(started.elapsed());
        }
        match ended {
            Ended::Well(counts) => {
                counts.count(shared);
                done = true;
            }
            Ended::GivenUp => return Vec::new(),
            Ended::Undecodable(_) => {}
            Ended::Failed(failed) => {
                shared.stats.failed.add(1);
                tracing::info!(
                    handler = shared.handler,
                    events = received.len(),
                    error = %failed.error,
                    "the batch failed; handling its events one by one"
                );
            }
        }
    }
    let refused: Vec<bool> = admitted.iter().map(Result::is_err).collect();
    if done {
        for one in &received {
            receipt::write(shared, from_ref(one.delivery), receipt::HANDLED).await;
        }
    }
    drop((received, admitted));
    let mut settled = Vec::with_capacity(deliveries.len());
    for (delivery, refused) in deliveries.into_iter().zip(refused) {
        if (done && !refused) || one::<H>(shared, needs, &delivery).await {
            settled.push(delivery);
        }
    }
    settled
}
