//! Effects once: the inbox, the handler's own writes and the outbox, in one transaction for one event or for many.

use super::Shared;
use super::attempt::{Ended, span, unpublishable};
use super::guard::guard;
use super::hold::Wait;
use super::line::{self, Most};
use super::{buried, receipt, stale};
use crate::envelope::{Cause, DecodeError, LONGEST_KEY, Trace, is_storable};
use crate::failpoint;
use crate::failure::{Class, Failed};
use crate::handler::{Call, Handler, Input, Output as _, Received, Sink};
use crate::publisher::Outbound;
use crate::store::{Open, OutboxRow, Store, StoreError};
use crate::transport::Health;
use event_contract::Unrouted;
use std::collections::HashSet;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

/// How long the store may take for one step, before it counts as absent.
const STEP: Duration = Duration::from_secs(10);
/// The most events in one transaction.
const LARGEST: usize = 256;
/// The handler's part of a transaction should not take longer: locks are held, and the events behind it wait.
const LONG: Duration = Duration::from_millis(50);

/// What an idempotent handler has besides what every handler has.
#[derive(Debug)]
pub(crate) struct Durable {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) service: String,
    /// The name of its inbox: the service and the handler.
    pub(crate) inbox: String,
    pub(crate) health: watch::Sender<Health>,
    /// Something was put into the outbox.
    pub(crate) outbox: Arc<Notify>,
    /// Something was handled.
    pub(crate) handled: Arc<Notify>,
    /// How many events share a transaction at most, as the last ones went.
    group: AtomicUsize,
    /// How much may be held.
    pub(crate) most: Most,
}

impl Durable {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        service: String,
        handler: &str,
        health: watch::Sender<Health>,
        outbox: Arc<Notify>,
        handled: Arc<Notify>,
    ) -> Self {
        Self {
            inbox: inbox(&service, handler),
            store,
            service,
            health,
            outbox,
            handled,
            group: AtomicUsize::new(4),
            most: Most::DEFAULT,
        }
    }

    pub(crate) fn holding(mut self, most: Most) -> Self {
        self.most = most;
        self
    }

    /// A commit that nobody answers for may have happened.
    pub(super) async fn commit(&self, transaction: Box<Open>) -> Result<(), StoreError> {
        match timeout(STEP, transaction.commit()).await {
            Ok(committed) => committed,
            Err(_) => Err(StoreError::Unknown(format!("no answer within {STEP:?}"))),
        }
    }

    /// How many events may share the next transaction.
    pub(crate) fn group(&self) -> usize {
        self.group.load(Ordering::Relaxed)
    }

    /// Quick handlers share a transaction with many, slow ones with few. What a transaction costs whatever is in it is worth
    /// sharing the more, the more it is.
    fn learn(&self, events: usize, took: Duration, calls: Duration) {
        let group = self.group();
        let long = LONG.max(2 * took.saturating_sub(calls));
        if calls > long {
            self.group.store((group / 2).max(1), Ordering::Relaxed);
        } else if events >= group && calls < long / 2 {
            self.group.store((group * 2).min(LARGEST), Ordering::Relaxed);
        }
    }

    pub(super) fn up(&self) {
        self.health.send_if_modified(|health| {
            let was_down = *health != Health::Up;
            *health = Health::Up;
            was_down
        });
    }

    pub(super) fn down(&self, error: &StoreError) {
        self.health.send_replace(Health::Down(error.to_string()));
    }
}

/// How the inbox of a handler is called in the store.
pub(crate) fn inbox(service: &str, handler: &str) -> String {
    format!("{service}.{handler}")
}

/// What has become of the events of a transaction.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    pub(super) handled: u64,
    pub(super) duplicates: u64,
    /// Which were put into the lines of their keys.
    pub(super) lined_up: Vec<usize>,
    pub(super) stale: u64,
}

impl Counts {
    /// What a replay is told of the event at `at`.
    pub(super) fn outcome(&self, at: usize) -> &'static str {
        match self.lined_up.contains(&at) {
            true => receipt::HELD,
            false => receipt::HANDLED,
        }
    }

    pub(super) fn count(&self, shared: &Shared) {
        let stats = &shared.stats;
        stats.handled.add(self.handled);
        stats.duplicates.add(self.duplicates);
        stats.held.add(self.lined_up.len() as u64);
        stats.stale.add(self.stale);
    }
}

/// How a transaction over one or several events ended.
pub(super) enum Done {
    /// Everything is durable.
    Committed(Counts),
    /// The handler failed at this one; nothing is durable.
    Failed { at: usize, failed: Failed },
    /// This one is not what it says it is; nothing is durable.
    Undecodable { at: usize, error: DecodeError },
    /// They were in each other's way, or one of them in the way of all: each alone.
    Singly,
    /// The service stops, or the session is over.
    GivenUp,
}

/// Handles events in one transaction, however long the store takes.
///
/// A conflict or a lost connection is not the handler's fault: the transaction is tried until it works, and no attempt is
/// counted. In the meantime nothing else is taken for this place: that is the back-pressure.
pub(super) async fn run<H: Handler>(
    shared: &Shared,
    durable: &Durable,
    needs: &H::Needs,
    received: &[Received<'_>],
    attempts: &[u32],
) -> Done {
    let mut wait = Wait::new();
    let mut conflicts = Wait::short();
    let mut unknown = false;
    loop {
        let started = Instant::now();
        let mut in_calls = Duration::ZERO;
        let error = match once::<H>(shared, durable, needs, received, attempts, &mut in_calls).await {
            Ok(mut done) => {
                durable.up();
                durable.learn(received.len(), started.elapsed(), in_calls);
                if let (true, Done::Committed(counts)) = (unknown, &mut done) {
                    // The commit nobody answered for: they are in the inbox because of us.
                    counts.handled += std::mem::take(&mut counts.duplicates);
                }
                return done;
            }
            Err(error) => error,
        };
        let handler = shared.handler;
        let again = match error {
            StoreError::Conflict(_) | StoreError::Refused(_) if received.len() > 1 && !H::Input::BATCH => {
                return Done::Singly;
            }
            StoreError::Refused(why) => {
                let failed = Failed::new(Class::Retry, "store", format!("the store refuses: {why}"));
                return Done::Failed { at: 0, failed };
            }
            StoreError::Conflict(_) => {
                tracing::info!(handler, %error, "trying the transaction again");
                conflicts.next(shared).await
            }
            error => {
                unknown |= matches!(error, StoreError::Unknown(_));
                tracing::warn!(handler, %error, events = received.len(), "cannot use the store; holding the events");
                durable.down(&error);
                wait.next(shared).await
            }
        };
        if !again {
            return Done::GivenUp;
        }
    }
}

/// One transaction.
async fn once<H: Handler>(
    shared: &Shared,
    durable: &Durable,
    needs: &H::Needs,
    received: &[Received<'_>],
    attempts: &[u32],
    in_calls: &mut Duration,
) -> Result<Done, StoreError> {
    let keys = match keys::<H>(shared, received).await {
        Ok(keys) => keys,
        Err(done) => return Ok(done),
    };
    // Of those that are the same the first one counts.
    let mut known = HashSet::with_capacity(keys.len());
    let firsts: Vec<usize> = (0..keys.len()).filter(|at| known.insert(&keys[*at])).collect();
    let wanted: Vec<String> = firsts.iter().map(|at| keys[*at].clone()).collect();
    let mut transaction = step(durable.store.begin()).await?;
    let (claimed, any_held) = match shared.is_ordered() {
        true => step(transaction.claim_in_order(&durable.inbox, &wanted)).await?,
        false => (step(transaction.claim(&durable.inbox, &wanted)).await?, false),
    };
    let mut new = Vec::with_capacity(firsts.len());
    for (at, claimed) in firsts.into_iter().zip(claimed) {
        let back = buried::comes_back(shared, durable, transaction.as_mut(), &received[at], &keys[at]);
        if claimed || back.await? {
            new.push(at);
        }
    }
    let duplicates = (received.len() - new.len()) as u64;
    if new.is_empty() {
        step(transaction.rollback()).await?;
        return Ok(Done::Committed(Counts {
            duplicates,
            ..Counts::default()
        }));
    }
    let mut counts = Counts {
        duplicates,
        ..Counts::default()
    };
    // Who did not get all keys may have waited for somebody who was holding one.
    if any_held || (shared.is_ordered() && duplicates > 0) {
        match line::line_up(shared, durable, transaction.as_mut(), (received, &keys), &mut new).await? {
            Ok(lined_up) => counts.lined_up = lined_up,
            Err(full) => {
                step(transaction.rollback()).await?;
                tracing::error!(handler = shared.handler, "{full}");
                shared.stop(full);
                return Ok(Done::GivenUp);
            }
        }
    }
    if shared.options.skips_stale {
        counts.stale = stale::take_out(durable, transaction.as_mut(), received, &mut new).await?;
    }
    counts.handled = new.len() as u64;
    let mut rows = Vec::new();
    let begun = Instant::now();
    let called = calls::<H>(shared, needs, received, attempts, &new, transaction.as_mut(), &mut rows).await;
    *in_calls = begun.elapsed();
    if let Err((at, ended)) = called {
        return failed(transaction, at, ended).await;
    }
    if !rows.is_empty() {
        step(transaction.enqueue(&durable.service, &rows)).await?;
    }
    failpoint::hit(failpoint::BEFORE_COMMIT);
    durable.commit(transaction).await?;
    failpoint::hit(failpoint::AFTER_COMMIT);
    if !rows.is_empty() {
        durable.outbox.notify_one();
    }
    durable.handled.notify_waiters();
    Ok(Done::Committed(counts))
}

/// The handler's calls: one for a batch, otherwise one after another, in the order in which the events came.
async fn calls<H: Handler>(
    shared: &Shared,
    needs: &H::Needs,
    received: &[Received<'_>],
    attempts: &[u32],
    new: &[usize],
    transaction: &mut Open,
    rows: &mut Vec<OutboxRow>,
) -> Result<(), (usize, Ended)> {
    if new.is_empty() {
        return Ok(());
    }
    if H::Input::BATCH {
        let some: Vec<_> = new.iter().map(|at| received[*at].clone()).collect();
        let call = call::<H>(shared, needs, &some, attempts[new[0]], transaction, rows);
        return call.await.map_err(|ended| (0, ended));
    }
    for at in new {
        let one = std::slice::from_ref(&received[*at]);
        let call = call::<H>(shared, needs, one, attempts[*at], transaction, rows);
        call.await.map_err(|ended| (*at, ended))?;
    }
    Ok(())
}

pub(super) async fn call<H: Handler>(
    shared: &Shared,
    needs: &H::Needs,
    received: &[Received<'_>],
    attempt: u32,
    transaction: &mut Open,
    rows: &mut Vec<OutboxRow>,
) -> Result<(), Ended> {
    let sink = Arc::new(Sink::default());
    let first = &received[0].attributes;
    let trace = first.trace.unwrap_or_else(Trace::start).child();
    let span = span(shared, received, &trace, attempt);
    let cause = Cause {
        id: &first.id,
        correlation_id: first.correlation_id,
        trace,
        trace_state: first.trace_state,
    };
    let started = Instant::now();
    let mut work = pin!(Some(async {
        let input = H::Input::read(received).map_err(Ended::Undecodable)?;
        let call = Call {
            received,
            handler: shared.handler,
            attempt,
            attempts: shared.options.retry.attempts,
            publisher: &shared.publisher,
            trace,
            transaction: Mutex::new(Some(transaction)),
            sink: Some(Arc::clone(&sink)),
        };
        let output = H::call(input, needs, &call).await.map_err(Ended::Failed)?;
        let mut outbound = Outbound::new(&shared.publisher, shared.handler, cause);
        let emitted = output.emit(&mut outbound);
        emitted.map_err(|error| Ended::Failed(unpublishable(&error)))?;
        Ok(outbound)
    }));
    let called = guard(work.as_mut(), &span, started, shared.options.timeout).await;
    shared.stats.took(started.elapsed());
    let outbound = called.map_err(Ended::Failed)??;
    let all = sink.take().into_iter().chain(outbound.into_messages());
    rows.extend(all.map(|(unrouted, outgoing)| OutboxRow::new(outgoing, unrouted == Unrouted::Keep)));
    Ok(())
}

/// Undoes everything. A connection that cannot even do that is the reason for the failure, and not the handler.
pub(super) async fn failed(transaction: Box<Open>, at: usize, ended: Ended) -> Result<Done, StoreError> {
    let failed = match ended {
        Ended::Failed(failed) => failed,
        Ended::Undecodable(error) => return Ok(Done::Undecodable { at, error }),
        Ended::Well(_) | Ended::GivenUp => return Ok(Done::GivenUp),
    };
    // In the middle of a statement, maybe: dropping it closes the connection.
    let broken_off = matches!(failed.code, "timeout" | "panic");
    if !broken_off {
        step(transaction.rollback()).await?;
        if failed.congested {
            return Err(StoreError::Conflict(failed.error));
        }
    }
    Ok(Done::Failed { at, failed })
}

/// What an event is known by that has failed; by its id when it cannot be read.
pub(super) async fn claim_of<H: Handler>(shared: &Shared, received: &Received<'_>) -> String {
    let keys = keys::<H>(shared, std::slice::from_ref(received)).await.ok();
    let key = keys.and_then(|mut keys| keys.pop());
    key.unwrap_or_else(|| received.attributes.id.to_string())
}

/// What the events are known by.
async fn keys<H: Handler>(shared: &Shared, received: &[Received<'_>]) -> Result<Vec<String>, Done> {
    let by = shared.options.idempotent.and_then(|idempotent| idempotent.by);
    if by.is_none() {
        return Ok(received.iter().map(|one| one.attributes.id.to_string()).collect());
    }
    let mut keys = Vec::with_capacity(received.len());
    for (at, one) in received.iter().enumerate() {
        // Decoding runs the user's own `Deserialize`, and the key's `Display`.
        let mut key = pin!(Some(async {
            let input = H::Input::read(std::slice::from_ref(one))?;
            Ok::<_, DecodeError>(H::key(&input).unwrap_or_else(|| one.attributes.id.to_string()))
        }));
        let (span, limit) = (tracing::Span::none(), shared.options.timeout);
        match guard(key.as_mut(), &span, Instant::now(), limit).await {
            Ok(Ok(key)) if is_storable(&key) => keys.push(key),
            Ok(Ok(_)) => {
                let error = format!("what it is known by holds a NUL, or is longer than {LONGEST_KEY} bytes");
                return Err(Done::Undecodable {
                    at,
                    error: DecodeError::Attribute(error),
                });
            }
            Ok(Err(error)) => return Err(Done::Undecodable { at, error }),
            Err(failed) => return Err(Done::Failed { at, failed }),
        }
    }
    Ok(keys)
}

/// A step of the store that must not take for ever.
pub(super) async fn step<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match timeout(STEP, work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {STEP:?}"))),
    }
}
