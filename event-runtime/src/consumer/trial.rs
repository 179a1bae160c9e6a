//! What a handler would do with an event: nothing of it stays.

use super::admit::admit;
use super::attempt::Ended;
use super::durable::{Durable, call, claim_of, step};
use super::guard::guard;
use super::history::class_word;
use super::{Shared, Slot, Work, buried};
use crate::handler::{Handler, Input as _, Received};
use crate::store::StoreError;
use crate::transport::Delivery;
use std::fmt;
use std::pin::pin;
use std::slice::from_ref;
use std::sync::Arc;
use tokio::time::Instant;

/// An event that is only tried.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) delivery: Delivery,
    /// Only whether the handler can read it.
    pub(crate) only_read: bool,
    pub(crate) outcome: Tried,
}

/// What a handler would do with a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Tried {
    /// It can be read; the handler was not called.
    Readable,
    /// The handler ended well; everything in its transaction was undone.
    WouldSucceed,
    /// The handler failed; everything in its transaction was undone.
    WouldFail {
        /// `retry`, `poison`, `skip`, ...
        class: String,
        /// The variant of the error, `panic` or `timeout`.
        code: String,
        /// The error and its causes.
        error: String,
    },
    /// The handler has dealt with this event before: a replay would have no effect.
    HandledBefore,
    /// The key of the event is held: it would wait in the line.
    WouldWait,
    /// The handler would not be called.
    Refused {
        /// `malformed`, `unknown_contract`, ...
        reason: String,
        /// What is wrong.
        error: String,
    },
    /// It could not be tried; nothing is known.
    Unknown {
        /// Why.
        error: String,
    },
}

/// A handler, and how to call it outside its session with the broker.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) shared: Arc<Shared>,
    pub(crate) make_slot: Arc<dyn Fn() -> Box<dyn Slot> + Send + Sync>,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Caller").field(&self.shared.handler).finish()
    }
}

impl Caller {
    /// Whether what the handler does can be undone: in a transaction of its store.
    pub(crate) fn can_undo(&self) -> bool {
        self.shared.durable.is_some()
    }

    /// Tries `delivery`, as it would come from a replay.
    pub(crate) async fn try_out(&self, delivery: Delivery, only_read: bool) -> Tried {
        let mut slot = (self.make_slot)();
        let outcome = Tried::Unknown {
            error: "it was not tried".to_owned(),
        };
        slot.start(Work::Trial(Box::new(Trial {
            delivery,
            only_read,
            outcome: outcome.clone(),
        })));
        match std::future::poll_fn(|cx| slot.poll(cx)).await {
            Work::Trial(trial) => trial.outcome,
            _ => outcome,
        }
    }
}

pub(super) async fn trial<H: Handler>(shared: &Shared, needs: &H::Needs, trial: &mut Trial) {
    let mut room = None;
    trial.outcome =
        match admit(shared, &trial.delivery, &mut room) {
            Err(refusal) => refused(refusal.reason, refusal.detail),
            Ok(attributes) => {
                let delivery = &trial.delivery;
                let received = Received { delivery, attributes };
                match &shared.durable {
                    Some(durable) if !trial.only_read => run::<H>(shared, durable, needs, &received)
                        .await
                        .unwrap_or_else(|error| Tried::Unknown {
                            error: error.to_string(),
                        }),
                    _ => read::<H>(shared, &received).await,
                }
            }
        };
}

fn refused(reason: &str, error: String) -> Tried {
    Tried::Refused {
        reason: reason.to_owned(),
        error,
    }
}

/// Runs the user's own `Deserialize`.
async fn read<H: Handler>(shared: &Shared, received: &Received<'_>) -> Tried {
    let mut reading = pin!(Some(async { H::Input::read(from_ref(received)).map(drop) }));
    let (span, limit) = (tracing::Span::none(), shared.options.timeout);
    match guard(reading.as_mut(), &span, Instant::now(), limit).await {
        Ok(Ok(())) => Tried::Readable,
        Ok(Err(error)) => refused(error.code(), error.to_string()),
        Err(failed) => refused("malformed", failed.error),
    }
}

/// One attempt in a transaction that is never committed.
async fn run<H: Handler>(
    shared: &Shared,
    durable: &Durable,
    needs: &H::Needs,
    received: &Received<'_>,
) -> Result<Tried, StoreError> {
    let claim = claim_of::<H>(shared, received).await;
    let mut transaction = step(durable.store.begin()).await?;
    let claimed = step(transaction.claim(&durable.inbox, from_ref(&claim))).await? == [true];
    if !claimed && !buried::comes_back(shared, durable, transaction.as_mut(), received, &claim).await? {
        step(transaction.rollback()).await?;
        return Ok(Tried::HandledBefore);
    }
    if let Some(key) = received.attributes.key().filter(|_| shared.is_ordered())
        && step(transaction.held(&durable.inbox, &[key.to_owned()])).await? == [true]
    {
        step(transaction.rollback()).await?;
        return Ok(Tried::WouldWait);
    }
    let mut rows = Vec::new();
    let called = call::<H>(shared, needs, from_ref(received), 1, transaction.as_mut(), &mut rows).await;
    let failed = match called {
        Err(Ended::Failed(failed)) if matches!(failed.code, "timeout" | "panic") => {
            // In the middle of a statement, maybe: dropping it closes the connection, which undoes everything as well.
            drop(transaction);
            failed
        }
        Err(Ended::Failed(failed)) => {
            step(transaction.rollback()).await?;
            failed
        }
        Ok(()) => {
            step(transaction.rollback()).await?;
            return Ok(Tried::WouldSucceed);
        }
        Err(Ended::Undecodable(error)) => return Ok(refused(error.code(), error.to_string())),
        Err(Ended::Well(_) | Ended::GivenUp) => {
            return Err(StoreError::Unavailable("the attempt was given up".to_owned()));
        }
    };
    Ok(Tried::WouldFail {
        class: class_word(failed.class).to_owned(),
        code: failed.code.to_owned(),
        error: failed.error,
    })
}
