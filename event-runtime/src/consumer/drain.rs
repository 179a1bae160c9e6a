//! Replaying the line of a held key: each event's effect commits with its removal from the line, and the key is let go in the
//! transaction that finds the line empty.

use super::admit::admit;
use super::copy::{self, Death};
use super::durable::{self, Done, Durable, call, claim_of, step};
use super::history::History;
use super::hold::Wait;
use super::process::LONGEST_HELD;
use super::{Shared, failpoint, stale};
use crate::failure::{Class, Failed};
use crate::handler::{Handler, Received};
use crate::store::{LineRow, StoreError};
use crate::transport::Delivery;
use std::slice::from_ref;
use tokio::time::Instant;

/// A held key to be replayed, and what has come of it.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) key: String,
    pub(crate) drained: Drained,
}

/// What a replay of a held key did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Drained {
    /// Events that the handler has handled.
    pub handled: u64,
    /// Events that the handler chose to skip, or that were stale.
    pub skipped: u64,
    /// The line is empty, and the key is not held any more.
    pub released: bool,
    /// The event at which it ended, which is the first of the line now.
    pub failed: Option<FailedAgain>,
}

/// An event that has failed again in a replay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FailedAgain {
    /// Its id.
    pub event_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// `poison`, `exhausted`, `malformed`, ...
    pub reason: String,
    /// The error and its causes.
    pub error: String,
}

/// What one transaction has done.
enum Step {
    Handled,
    Skipped,
    /// Somebody was faster; look again.
    Again,
    Released,
    Failed(Box<LineRow>, Failed),
}

/// What is known of the event that is the first of the line.
#[derive(Default)]
struct First {
    id: i64,
    attempts: u32,
    /// The handler has chosen to skip it.
    skip: bool,
}

/// Handles the events of a line one after another, until it is empty or one of them fails for good.
pub(super) async fn drain<H: Handler>(shared: &Shared, needs: &H::Needs, line: &mut Line) {
    let Some(durable) = &shared.durable else { return };
    let mut wait = Wait::new();
    let mut first = First::default();
    loop {
        let started = Instant::now();
        let again = match once::<H>(shared, durable, needs, &line.key, &first).await {
            Ok(done) => {
                durable.up();
                wait = Wait::new();
                match done {
                    Step::Handled => line.drained.handled += 1,
                    Step::Skipped => line.drained.skipped += 1,
                    Step::Again => tokio::task::yield_now().await,
                    Step::Released => {
                        line.drained.released = true;
                        return;
                    }
                    Step::Failed(row, failed) => {
                        if first.id != row.id {
                            first = First {
                                id: row.id,
                                ..First::default()
                            };
                        }
                        first.attempts += 1;
                        shared.stats.failed.add(1);
                        match next(shared, &first, &failed) {
                            Next::Skip => first.skip = true,
                            Next::Again(wait) => drop(shared.sleep(wait).await),
                            Next::Stop(reason) => {
                                let took = started.elapsed();
                                line.drained.failed = Some(give_up(shared, durable, *row, &failed, reason, took).await);
                                return;
                            }
                        }
                    }
                }
                true
            }
            Err(error) => {
                tracing::warn!(handler = shared.handler, %error, "cannot use the store; trying again");
                if !matches!(error, StoreError::Conflict(_)) {
                    durable.down(&error);
                }
                wait.next(shared).await
            }
        };
        if !again {
            return;
        }
    }
}

enum Next {
    Again(std::time::Duration),
    Skip,
    Stop(&'static str),
}

fn next(shared: &Shared, first: &First, failed: &Failed) -> Next {
    let policy = &shared.options.retry;
    match failed.class {
        Class::Skip => Next::Skip,
        Class::Poison => Next::Stop("poison"),
        _ if first.attempts >= policy.attempts => Next::Stop("exhausted"),
        Class::RetryAfter(wait) => Next::Again(wait.max(policy.wait(first.attempts)).min(LONGEST_HELD)),
        Class::Retry => Next::Again(policy.wait(first.attempts)),
    }
}

async fn once<H: Handler>(
    shared: &Shared,
    durable: &Durable,
    needs: &H::Needs,
    key: &str,
    first: &First,
) -> Result<Step, StoreError> {
    let mut transaction = step(durable.store.begin()).await?;
    let Some(row) = step(transaction.next_in_line(&durable.inbox, key)).await? else {
        if step(transaction.let_go(&durable.inbox, key)).await? {
            failpoint::hit(failpoint::BEFORE_RELEASE);
            durable.commit(transaction).await?;
            failpoint::hit(failpoint::AFTER_RELEASE);
            return Ok(Step::Released);
        }
        step(transaction.rollback()).await?;
        return Ok(Step::Again);
    };
    let mut rows = Vec::new();
    let mut handles = !(first.skip && first.id == row.id);
    if handles {
        let delivery = delivery(&row);
        let mut room = None;
        let received = match admit(shared, &delivery, &mut room) {
            Ok(attributes) => Received {
                delivery: &delivery,
                attributes,
            },
            Err(refusal) => {
                step(transaction.rollback()).await?;
                let failed = Failed::new(Class::Poison, refusal.reason, refusal.detail);
                return Ok(Step::Failed(Box::new(row), failed));
            }
        };
        // Held by a build that could not read it, it was claimed by its id.
        let claim = claim_of::<H>(shared, &received).await;
        if claim != row.claim {
            let claimed = step(transaction.claim(&durable.inbox, &[claim])).await?;
            handles = claimed == [true];
        }
        if handles && shared.options.skips_stale {
            let mut new = vec![0];
            stale::take_out(durable, transaction.as_mut(), from_ref(&received), &mut new).await?;
            handles = !new.is_empty();
        }
        if handles {
            let attempt = if first.id == row.id { first.attempts + 1 } else { 1 };
            let called = call::<H>(
                shared,
                needs,
                from_ref(&received),
                attempt,
                transaction.as_mut(),
                &mut rows,
            )
            .await;
            if let Err(ended) = called {
                let failed = match durable::failed(transaction, 0, ended).await? {
                    Done::Failed { failed, .. } => failed,
                    Done::Undecodable { error, .. } => Failed::new(Class::Poison, error.code(), error.to_string()),
                    _ => return Ok(Step::Again),
                };
                return Ok(Step::Failed(Box::new(row), failed));
            }
        }
    }
    if !rows.is_empty() {
        step(transaction.enqueue(&durable.service, &rows)).await?;
    }
    failpoint::hit(failpoint::BEFORE_DRAIN);
    durable.commit(transaction).await?;
    failpoint::hit(failpoint::AFTER_DRAIN);
    if !rows.is_empty() {
        durable.outbox.notify_one();
    }
    durable.handled.notify_waiters();
    Ok(if handles { Step::Handled } else { Step::Skipped })
}

/// As it would come by the service's own return path.
fn delivery(row: &LineRow) -> Delivery {
    Delivery {
        exchange: row.outgoing.exchange.clone(),
        routing_key: row.outgoing.routing_key.clone(),
        message: row.outgoing.message.clone(),
        ..Delivery::default()
    }
}

/// Writes the failure down beside the event. That is for people: without it, the event is replayed just as well.
async fn give_up(
    shared: &Shared,
    durable: &Durable,
    row: LineRow,
    failed: &Failed,
    reason: &'static str,
    took: std::time::Duration,
) -> FailedAgain {
    let reason = if failed.class == Class::Poison && failed.code.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
        // A refusal says more about itself.
        failed.code
    } else {
        reason
    };
    let mut history = History::read(&row.outgoing.message.headers);
    history.push(failed, took, &shared.host, &shared.build);
    let death = Death {
        reason,
        code: failed.code,
        error: &failed.error,
    };
    let outgoing = copy::dead(shared, &delivery(&row), &history, &death);
    let again = FailedAgain {
        event_id: row.event_id.clone(),
        type_name: row.type_name.clone(),
        reason: reason.to_owned(),
        error: failed.error.clone(),
    };
    tracing::error!(
        handler = shared.handler,
        event_id = %again.event_id,
        event_type = %again.type_name,
        reason,
        error = %failed.error,
        "the replay ends at this event, which has failed again; its key stays held"
    );
    let row = LineRow {
        outgoing,
        reason: Some(reason.to_owned()),
        ..row
    };
    let amended = async {
        let mut transaction = step(durable.store.begin()).await?;
        step(transaction.amend(&durable.inbox, &row)).await?;
        durable.commit(transaction).await
    };
    if let Err(error) = amended.await {
        tracing::warn!(handler = shared.handler, %error, "cannot write the failure down beside the event");
    }
    again
}
