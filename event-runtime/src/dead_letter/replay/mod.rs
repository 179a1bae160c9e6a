//! Sending dead letters to their handler again: publish, confirm, and only then take it out of the dead letters.

mod run;

use self::run::Run;
use super::audit::Audit;
use super::letter::DeadLetter;
use super::read::DeadLetters;
use super::reader::WINDOW;
use super::select::Select;
use crate::consumer::Tried;
use crate::error::{Error, Result};
use crate::transport::Delivery;
use jiff::Timestamp;
use std::time::Duration;

/// How dead letters are replayed.
///
/// ```
/// use event_runtime::Replay;
/// use std::time::Duration;
///
/// let careful = Replay::new().canary(5).rate(50, Duration::from_secs(1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replay {
    /// So many are sent first, and the others only when each of these was handled.
    pub canary: u32,
    /// How long the canary may take.
    pub canary_within: Duration,
    /// The shortest time between two that are sent.
    pub pause: Duration,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            canary: 0,
            canary_within: Duration::from_secs(600),
            pause: Duration::ZERO,
        }
    }
}

impl Replay {
    /// As fast as the broker takes them, one after another, without a canary.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends so many first, waits until each of them was handled or failed again, and goes on only when all were handled.
    #[must_use]
    pub fn canary(mut self, events: u32) -> Self {
        self.canary = events;
        self
    }

    /// How long the canary may take, retries included. Default 10 minutes; a replay that has waited that long ends.
    #[must_use]
    pub fn canary_within(mut self, time: Duration) -> Self {
        self.canary_within = time;
        self
    }

    /// Sends at most so many in that time, evenly.
    #[must_use]
    pub fn rate(mut self, events: u32, per: Duration) -> Self {
        self.pause = per / events.max(1);
        self
    }
}

/// What a replay did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Replayed {
    /// The id of this replay, which every event carries that it sent.
    pub id: String,
    /// Sent to the handler again.
    pub sent: u64,
    /// Looked at and left where they are.
    pub left: u64,
    /// Those that were sent and became dead letters again while the replay ran.
    pub failed: Vec<FailedReplay>,
    /// Why it ended before everything was sent that was selected.
    pub stopped: Option<String>,
}

/// An event that a replay has sent, and that has failed again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FailedReplay {
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: String,
    /// The error and its causes.
    pub error: String,
    /// Its fingerprint now.
    pub fingerprint: String,
    /// Whether it failed in another way than before.
    pub new: bool,
}

/// What a handler would do with one dead letter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Rehearsed {
    /// Its id.
    pub id: Option<String>,
    /// What would happen.
    #[serde(flatten)]
    pub tried: Tried,
}

impl DeadLetters {
    /// Sends the selected dead letters of `handler` to that handler again, oldest first, as first attempts.
    ///
    /// Each is published and confirmed before it leaves the dead letters: dying in between leaves it in both places,
    /// with the same event id. They keep their ids, so that an inbox recognizes what was done before. It ends when one of
    /// them fails in another way than before: the rest stays.
    ///
    /// `progress` is told how many were sent or left so far.
    ///
    /// # Errors
    ///
    /// No connection, no such handler, or the broker does not take a message: what was sent until then stays sent.
    ///
    /// # Cancel safety
    ///
    /// What was confirmed is sent; the rest stays. Doing it again goes on where it ended.
    pub async fn replay(&self, handler: &str, select: &Select, progress: impl FnMut(u64)) -> Result<Replayed> {
        self.replay_with(handler, select, &Replay::new(), progress).await
    }

    /// As [`replay`](Self::replay), with a canary or a rate.
    ///
    /// # Errors
    ///
    /// As [`replay`](Self::replay).
    ///
    /// # Cancel safety
    ///
    /// As [`replay`](Self::replay).
    pub async fn replay_with(
        &self,
        handler: &str,
        select: &Select,
        how: &Replay,
        progress: impl FnMut(u64),
    ) -> Result<Replayed> {
        // Where it is not there, what is sent would be lost to the handler.
        for queue in self.queues(handler) {
            self.transport.depth(&queue).await?;
        }
        let mut audit = Audit::begin("replay", handler, select);
        let reader = self.open(handler).await?;
        if how.canary > 0 && reader.expected + 2 * u64::from(how.canary) > u64::from(WINDOW) {
            let waiting = reader.expected;
            reader.close().await;
            return Err(Error::Setting(format!(
                "{waiting} dead letters are too many for a canary: what becomes of it arrives behind them, and {WINDOW} are \
                 held at a time; replay a few by `--id` instead, or without a canary at a low `--rate`"
            )));
        }
        let mut run = Run::new(self, handler, how, reader, progress);
        let ended = run.all(select, &mut audit).await;
        let done = run.close().await;
        ended?;
        audit.end(done.stopped.as_deref().map_or("ended", |_| "stopped"));
        Ok(done)
    }

    /// Runs `handler` for each of the selected dead letters, in a transaction of its store that is then undone, and says
    /// what would come of a replay. They stay where they are, and so does everything in the store.
    ///
    /// What the handler does outside its transaction (other systems, files) is done: this is for handlers that do nothing
    /// there.
    ///
    /// # Errors
    ///
    /// A handler that is not `idempotent`, so that nothing can be undone; no connection, no such handler.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, as the transactions are.
    pub async fn rehearse(&self, handler: &str, select: &Select) -> Result<Vec<Rehearsed>> {
        let caller = self.caller(handler)?;
        if !caller.can_undo() {
            return Err(Error::Setting(format!(
                "`{handler}` is not `idempotent` or has no store: what it does cannot be undone, so it is not run for a trial"
            )));
        }
        let mut letters = Vec::new();
        self.browse(handler, select, |letter| letters.push(letter)).await?;
        let mut rehearsed = Vec::with_capacity(letters.len());
        for letter in letters {
            let delivery = self.as_replayed(handler, &letter);
            rehearsed.push(Rehearsed {
                id: letter.id,
                tried: caller.try_out(delivery, false).await,
            });
        }
        Ok(rehearsed)
    }

    /// A dead letter as its handler would get it.
    pub(super) fn as_replayed(&self, handler: &str, letter: &DeadLetter) -> Delivery {
        let outgoing = self.again(handler, &letter.message, "trial", false);
        Delivery {
            tag: 1,
            exchange: outgoing.exchange,
            routing_key: outgoing.routing_key,
            message: outgoing.message,
            ..Delivery::default()
        }
    }
}

/// When the replay was, for the header.
fn at() -> Timestamp {
    super::read::now()
}
