//! Held keys: a failed event and all later ones of its key wait in the store, in their order, until somebody replays them.

use super::copy::{self, Death};
use super::durable::{Durable, claim_of, step};
use super::history::History;
use super::hold::Wait;
use super::{Shared, alarm, failpoint, receipt};
use crate::handler::{Handler, Received};
use crate::store::{LineRow, Open, StoreError};

/// How much a handler may hold before it stops: what nobody looks after must not grow for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Most {
    pub(crate) keys: u64,
    pub(crate) events: u64,
}

impl Most {
    pub(crate) const DEFAULT: Self = Self {
        keys: 1_000,
        events: 10_000,
    };

    fn check(self, keys: u64, longest: u64) -> Result<(), String> {
        let full = |what: String| {
            format!(
                "stopped: {what}, which is the most; replay them with `held replay`, or say more with \
                 `Service::hold_at_most`, and start the service again"
            )
        };
        if keys > self.keys {
            return Err(full(format!("{} keys are held", self.keys)));
        }
        if longest > self.events {
            return Err(full(format!("{} events wait in the line of one held key", self.events)));
        }
        Ok(())
    }
}

/// Puts the events of held keys at the ends of their lines, and takes them out of `new`; which, or why there is no room.
pub(super) async fn line_up(
    shared: &Shared,
    durable: &Durable,
    transaction: &mut Open,
    (received, claims): (&[Received<'_>], &[String]),
    new: &mut Vec<usize>,
) -> Result<Result<Vec<usize>, String>, StoreError> {
    let mut keys: Vec<String> = new.iter().filter_map(|at| key(&received[*at])).collect();
    keys.sort_unstable();
    keys.dedup();
    let held = step(transaction.held(&durable.inbox, &keys)).await?;
    let held: Vec<_> = keys
        .into_iter()
        .zip(held)
        .filter_map(|(key, held)| held.then_some(key))
        .collect();
    if held.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let (mut rows, mut lined_up) = (Vec::new(), Vec::new());
    new.retain(|at| {
        let Some(key) = key(&received[*at]).filter(|key| held.contains(key)) else {
            return true;
        };
        let outgoing = copy::waiting(shared, received[*at].delivery);
        rows.push(row(&received[*at], &key, &claims[*at], outgoing));
        lined_up.push(*at);
        false
    });
    let longest = step(transaction.line_up(&durable.inbox, &rows)).await?;
    Ok(durable.most.check(0, longest).map(|()| lined_up))
}

fn key(received: &Received<'_>) -> Option<String> {
    received.attributes.key().map(str::to_owned)
}

fn row(received: &Received<'_>, key: &str, claim: &str, outgoing: crate::message::Outgoing) -> LineRow {
    let attributes = &received.attributes;
    LineRow::new(key, claim, outgoing).of(attributes.id.to_string(), attributes.type_name())
}

/// How holding ended.
enum Ended {
    Held,
    /// Somebody else has dealt with the event.
    Done,
    Full(String),
}

/// Holds the key of an event that has failed for good, with the event as the first of its line: `true` when it may be acked.
pub(super) async fn hold<H: Handler>(
    shared: &Shared,
    durable: &Durable,
    received: &Received<'_>,
    history: &History,
    death: &Death<'_>,
) -> bool {
    let (handler, id) = (shared.handler, &received.attributes.id);
    let claim = match death.reason {
        // Reading it may be what kills the process.
        "suspected_crash" => id.to_string(),
        _ => claim_of::<H>(shared, received).await,
    };
    let key = key(received).unwrap_or_default();
    let row = row(
        received,
        &key,
        &claim,
        copy::dead(shared, received.delivery, history, death),
    )
    .failed(death.reason);
    let mut wait = Wait::new();
    loop {
        match hold_once(durable, &row).await {
            Ok(Ended::Held) => {
                durable.up();
                shared.stats.held.add(1);
                tracing::error!(
                    handler,
                    event_id = %id,
                    event_type = %row.type_name,
                    correlation_id = %received.attributes.correlation(),
                    attempts = history.attempts,
                    reason = death.reason,
                    error = death.error,
                    "the key of this event is held: later events of the key wait behind it"
                );
                receipt::write(shared, std::slice::from_ref(received.delivery), receipt::HELD).await;
                alarm::raise(shared, received.delivery, history, death);
                return true;
            }
            Ok(Ended::Done) => {
                durable.up();
                shared.stats.duplicates.add(1);
                return true;
            }
            Ok(Ended::Full(why)) => {
                tracing::error!(handler, event_id = %id, reason = death.reason, error = death.error, "{why}");
                shared.stop(why);
                return false;
            }
            Err(StoreError::Refused(why)) => {
                tracing::error!(handler, event_id = %id, why, "the store refuses to hold the key of this event");
                shared.stop(format!(
                    "stopped at event {id}: the store refuses to hold its key: {why}"
                ));
                return false;
            }
            Err(error) => {
                tracing::warn!(handler, event_id = %id, %error, "cannot hold the key of this event yet; holding the event");
                if !matches!(error, StoreError::Conflict(_)) {
                    durable.down(&error);
                }
                if !wait.next(shared).await {
                    return false;
                }
            }
        }
    }
}

/// Where order counts, an event that is skipped must not have its effect behind later ones when its ack gets lost: it is
/// claimed as if it had been handled. `true` when it may be acked.
pub(super) async fn fence<H: Handler>(shared: &Shared, received: &Received<'_>) -> bool {
    let (Some(durable), true) = (&shared.durable, shared.is_ordered()) else {
        return true;
    };
    let claims = [claim_of::<H>(shared, received).await];
    write_down(shared, durable, &claims).await
}

/// Claims what is done with, however long the store takes: `true` when it is written.
pub(super) async fn write_down(shared: &Shared, durable: &Durable, claims: &[String]) -> bool {
    let mut wait = Wait::new();
    loop {
        let claimed = async {
            let mut transaction = step(durable.store.begin()).await?;
            step(transaction.claim(&durable.inbox, claims)).await?;
            durable.commit(transaction).await
        };
        let Err(error) = claimed.await else {
            durable.up();
            return true;
        };
        tracing::warn!(handler = shared.handler, %error, "cannot write down yet that an event is done with; holding it");
        if !matches!(error, StoreError::Conflict(_)) {
            durable.down(&error);
        }
        if !wait.next(shared).await {
            return false;
        }
    }
}

/// One transaction. When nobody answers for its commit, the next one finds out: then the event is claimed.
async fn hold_once(durable: &Durable, row: &LineRow) -> Result<Ended, StoreError> {
    let mut transaction = step(durable.store.begin()).await?;
    // The fence: whoever else has this event in hand has claimed it first, or finds it claimed.
    let claims = [row.claim.clone()];
    if step(transaction.claim(&durable.inbox, &claims)).await? != [true] {
        step(transaction.rollback()).await?;
        return Ok(Ended::Done);
    }
    let keys = step(transaction.hold(&durable.inbox, &row.key)).await?;
    let longest = step(transaction.line_up(&durable.inbox, std::slice::from_ref(row))).await?;
    if let Err(why) = durable.most.check(keys, longest) {
        step(transaction.rollback()).await?;
        return Ok(Ended::Full(why));
    }
    failpoint::hit(failpoint::BEFORE_HOLD);
    durable.commit(transaction).await?;
    failpoint::hit(failpoint::AFTER_HOLD);
    Ok(Ended::Held)
}
