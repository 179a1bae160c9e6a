use super::choice::Verdict;
use super::count::{self, Counted};
use super::pace::Pace;
use super::pause::Pause;
use super::scan::Scan;
use super::state::State;
use super::{Choice, Target, copy};
use crate::error::{Error, Result};
use crate::failpoint;
use crate::message::{Outgoing, property};
use crate::transport::{PublishError, Start};
use jiff::Timestamp;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use uuid::Uuid;

/// Events per second, unless somebody says otherwise.
const RATE: u32 = 100;
/// A replay pauses while more than so many events wait in the handler's queue.
const QUEUED: u64 = 1000;
/// How many events are sent before the queue is looked at again.
const UNSEEN: u64 = 200;
/// The most events that are sent together, and that come again after a crash.
const WINDOW: u64 = 100;
/// How often in a row an event is sent that the broker does not take.
const ATTEMPTS: u32 = 8;

/// A replay: events of the archive, sent to one handler again and to nobody else.
///
/// Each goes to the handler's queue under the id it had, marked ([`Context::replay`](crate::Context::replay)): an
/// `idempotent` handler skips what it has done, any other one does it again. Versions that this build cannot read are left
/// out, older ones are lifted as always. A handler with an order needs [`pause_live`](Self::pause_live): events of the archive
/// are older than those that come in now, and would come behind them.
///
/// ```
/// use event_runtime::prelude::*;
/// use std::time::Duration;
///
/// # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// # #[event(name = "order.placed", version = 1, owner = "checkout")]
/// # struct OrderPlaced { #[event(key)] order_id: u32 }
/// #[handler]
/// async fn greet(order: OrderPlaced, at: Context) {
///     println!("order {}, {}", order.order_id, if at.replay { "again" } else { "new" });
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> event_runtime::Result<()> {
/// let week = Duration::from_secs(7 * 24 * 3600);
/// let service = Service::new("greeter").archive(week, 1_000_000_000).handle::<greet>().start().await?;
/// for order_id in 0..3 {
///     service.publisher().publish(&OrderPlaced { order_id }).await?;
/// }
/// service.idle().await;
/// let done = service.replay("greet")?.key("1").run(|_| {}).await?;
/// assert_eq!((done.events, done.sent), (1, 1));
/// service.idle().await;
/// assert_eq!(service.snapshot().handlers[0].handled, 4);
/// # service.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a replay does nothing until `run`"]
pub struct Backfill {
    target: Target,
    id: String,
    choice: Choice,
    force: bool,
    rate: u32,
    queued: u64,
    file: Option<PathBuf>,
    resumed: Option<State>,
    counted: Option<(Choice, u64, Option<u64>)>,
    pause: bool,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Looked at, while events are counted.
    pub read: u64,
    /// Sent and confirmed.
    pub sent: u64,
    /// To be sent; 0 while they are counted.
    pub events: u64,
    /// So many wait in the handler's queue, and the replay waits for them.
    pub waits_for: Option<u64>,
}

/// What a replay did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Backfilled {
    /// Its id, which every event carries that it sent.
    pub id: String,
    /// The handler.
    pub handler: String,
    /// How many events it was about.
    pub events: u64,
    /// How many were sent, those from before a crash included. Fewer, if one is larger than the broker takes.
    pub sent: u64,
}

impl Backfill {
    pub(crate) fn new(target: Target) -> Self {
        Self {
            target,
            id: Uuid::now_v7().to_string(),
            choice: Choice::default(),
            force: false,
            rate: RATE,
            queued: QUEUED,
            file: None,
            resumed: None,
            counted: None,
            pause: false,
        }
    }

    /// Goes on with the replay whose file this is.
    pub(crate) fn resume(file: &Path, find: impl FnOnce(&str) -> Result<Target>) -> Result<Self> {
        let state = State::read(file)?;
        let target = find(&state.handler)?;
        let archive = target.names.archive();
        let queue = queue(&target, state.pause);
        if (&state.archive, &state.queue) != (&archive, &queue) {
            return Err(Error::Setting(format!(
                "the replay {} is from `{}` to `{}`, and here it would be from `{archive}` to `{queue}`",
                state.id, state.archive, state.queue
            )));
        }
        Ok(Self {
            id: state.id.clone(),
            choice: state.choice.clone(),
            force: state.force,
            pause: state.pause,
            file: Some(file.to_owned()),
            resumed: Some(state),
            ..Self::new(target)
        })
    }

    /// All of it at once.
    pub(crate) fn choose(&mut self, choice: Choice) {
        self.choice = choice;
    }

    /// Only events of this time or later, by their own `time`.
    pub fn from(mut self, time: Timestamp) -> Self {
        self.choice.from = Some(time);
        self
    }

    /// Only events before this time.
    pub fn to(mut self, time: Timestamp) -> Self {
        self.choice.to = Some(time);
        self
    }

    /// Only `order.placed`, or only `order.placed.v1`; more calls add more types.
    pub fn event_type(mut self, name: impl Into<String>) -> Self {
        self.choice.types.push(name.into());
        self
    }

    /// Only events of this key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.choice.key = Some(key.into());
        self
    }

    /// Only so many, the oldest ones.
    pub fn limit(mut self, events: u64) -> Self {
        self.choice.limit = Some(events);
        self
    }

    /// So many events per second. Default 100.
    pub fn rate(mut self, per_second: u32) -> Self {
        self.rate = per_second.max(1);
        self
    }

    /// Pauses while more than `events` wait in the handler's queue. Default 1,000.
    pub fn queue_at_most(mut self, events: u64) -> Self {
        self.queued = events;
        self
    }

    /// Runs what an inbox remembers once more, under an id of this replay: `replay:<replay>:<id>`. What the handler emits has
    /// new ids as well, and runs through everything behind it.
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }

    /// Lets the live events of a handler with an order wait until everything that was sent is handled; those that wait already
    /// are handled before.
    ///
    /// Should the replay end before that, they go on waiting: resume it, or call
    /// [`resume_live`](crate::Running::resume_live).
    pub fn pause_live(mut self) -> Self {
        self.pause = true;
        self
    }

    /// Writes to this file how far it is, so that it can go on after a crash; the file is removed at the end.
    pub fn state(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Whether it goes on with what a crash has broken off.
    pub(crate) fn is_resumed(&self) -> bool {
        self.resumed.is_some()
    }

    /// Whether live events wait for it.
    pub(crate) fn is_paused(&self) -> bool {
        self.pause
    }

    /// The id of this replay, which every event carries that it sends.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Counts what would be sent, and sends nothing; [`run`](Self::run) does not count again, and is about what was counted. `read` is told how many events were looked at.
    ///
    /// # Errors
    ///
    /// No archive, a choice that cannot hold, no connection.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn count(&mut self, read: impl FnMut(u64)) -> Result<Counted> {
        self.check()?;
        let (counted, end) = count::count(&self.target, &self.choice, read).await?;
        self.counted = Some((self.choice.clone(), counted.events, end));
        Ok(counted)
    }

    fn check(&self) -> Result<()> {
        self.choice.check(&self.target)?;
        let handler = self.target.handler;
        match (self.target.options.ordered.is_some(), self.pause) {
            (true, false) => {
                return Err(Error::Setting(format!(
                    "`{handler}` handles the events of a key in their order, and those of the archive are older than those that come \
                     in now: let the live ones wait for them, with `--pause-live`; or write a handler with another name and without \
                     `ordered_by` (with `stale = \"skip\"` where events have a sequence) and replay into that one. What has failed \
                     in `{handler}` is in `held list` or `dlq list`"
                )));
            }
            (false, true) => {
                return Err(Error::Setting(format!(
                    "`{handler}` has no order that live events could disturb: leave out `--pause-live`"
                )));
            }
            _ => {}
        }
        match self.target.options.idempotent.and_then(|idempotent| idempotent.by) {
            Some(by) if self.force => Err(Error::Setting(format!(
                "`{}` knows events by their field `{by}`, which is the same in every replay: its inbox would skip them, forced \
                 or not",
                self.target.handler
            ))),
            _ => Ok(()),
        }
    }

    /// Counts, then sends: every window of events is confirmed before the next one, and before the file says so.
    ///
    /// It is about what was in the archive when it began. Dying anywhere repeats at most a window, 100 events, under the same
    /// ids.
    ///
    /// # Errors
    ///
    /// As [`count`](Self::count); a broker that does not take an event for about a minute; a file that cannot be written. What
    /// was sent until then stays sent, and the file says how far that is.
    ///
    /// # Cancel safety
    ///
    /// What was confirmed is sent; with a file it can be resumed.
    pub async fn run(mut self, mut progress: impl FnMut(Progress)) -> Result<Backfilled> {
        self.check()?;
        let transport = Arc::clone(&self.target.transport);
        let target = self.target.clone();
        let pause = self.pause.then(|| Pause::new(&target));
        // Without the queue they would be lost property.
        for queue in target.names.queues(target.handler, target.options.partitions()) {
            transport.depth(&queue).await?;
        }
        let mut at = match self.resumed.take() {
            Some(at) => at,
            None => {
                self.unused()?;
                if let Some(pause) = &pause {
                    pause.check_off().await?;
                }
                self.begin(queue(&target, self.pause), &mut progress).await?
            }
        };
        if let Some(pause) = &pause {
            pause.begin().await?;
        }
        let said = |at: &State, waits_for| Progress {
            read: 0,
            sent: at.sent,
            events: at.events,
            waits_for,
        };
        progress(said(&at, None));
        if let Some(end) = at.end {
            let start = at.next.map_or_else(|| count::start(&self.choice), Start::Offset);
            let mut scan = Scan::new(transport, at.archive.clone(), start, end);
            let mut pace = Pace::new(self.rate);
            let mut unseen = UNSEEN;
            loop {
                let window = self.window(&mut scan, &at).await?;
                let count = window.len() as u64;
                if count == 0 {
                    break;
                }
                unseen += count;
                if unseen > UNSEEN.min(self.queued) {
                    self.room(&at.queue, |depth| progress(said(&at, Some(depth)))).await?;
                    unseen = 0;
                }
                pace.wait(window.len() as u32).await;
                let refused = self.send(window).await?;
                failpoint::hit(failpoint::BEFORE_POSITION);
                at.sent += count - refused;
                at.next = Some(scan.next);
                self.write(&at)?;
                failpoint::hit(failpoint::AFTER_POSITION);
                progress(said(&at, None));
            }
            scan.close().await;
        }
        if let Some(pause) = &pause {
            failpoint::hit(failpoint::BEFORE_LIVE);
            pause.end(|depth| progress(said(&at, Some(depth)))).await?;
            failpoint::hit(failpoint::AFTER_LIVE);
        }
        if let Some(file) = &self.file {
            State::remove(file)?;
        }
        Ok(Backfilled {
            id: self.id,
            handler: at.handler,
            events: at.events,
            sent: at.sent,
        })
    }

    /// Another replay's file says how far that one is: it is not lost.
    fn unused(&self) -> Result<()> {
        match self.file.as_deref().filter(|file| file.exists()) {
            None => Ok(()),
            Some(file) => Err(Error::Setting(format!(
                "`{}` is there: it may be of a replay that was broken off. Resume that one, remove the file, or name another",
                file.display()
            ))),
        }
    }

    async fn begin(&mut self, queue: String, progress: &mut impl FnMut(Progress)) -> Result<State> {
        let counting = |read| {
            progress(Progress {
                read,
                sent: 0,
                events: 0,
                waits_for: None,
            });
        };
        let (events, end) = match self.counted.take() {
            Some((choice, events, end)) if choice == self.choice => (events, end),
            _ => {
                let (counted, end) = count::count(&self.target, &self.choice, counting).await?;
                (counted.events, end)
            }
        };
        let at = State {
            id: self.id.clone(),
            archive: self.target.names.archive(),
            queue,
            handler: self.target.handler.to_owned(),
            force: self.force,
            pause: self.pause,
            choice: self.choice.clone(),
            events,
            sent: 0,
            next: None,
            end,
        };
        self.write(&at)?;
        Ok(at)
    }

    fn write(&self, at: &State) -> Result<()> {
        self.file.as_deref().map_or(Ok(()), |file| at.write(file))
    }

    /// The next events that are sent together; none at the end.
    async fn window(&self, scan: &mut Scan, at: &State) -> Result<Vec<Outgoing>> {
        let left = self
            .choice
            .limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(at.sent));
        let most = u64::from(self.rate / 10)
            .clamp(1, WINDOW.min(self.queued.max(1)))
            .min(left);
        let mut window = Vec::new();
        while (window.len() as u64) < most {
            let Some(delivery) = scan.next().await? else { break };
            let mut room = None;
            if let Verdict::Send(event) = self.choice.verdict(&self.target, &delivery, &mut room) {
                let anew = self.force.then(|| copy::anew(&self.id, &event.id));
                let anew = anew.as_deref().map(|id| (id, room.as_ref()));
                let to = if self.pause { &at.queue } else { self.target.handler };
                window.push(copy::copy(&self.target, to, &self.id, &delivery, anew));
            }
        }
        Ok(window)
    }

    /// Waits while the handler has more to do than it should.
    async fn room(&self, queue: &str, mut waits: impl FnMut(u64)) -> Result<()> {
        let mut looks = 0;
        loop {
            let depth = self.target.transport.depth(queue).await?;
            if depth <= self.queued {
                return Ok(());
            }
            waits(depth);
            looks += 1;
            if looks == 50 {
                tracing::warn!(
                    queue,
                    depth,
                    "the replay waits for the handler to do what is there; does it run?"
                );
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Sends `window` until the broker has all of it; again under the same ids. How many of it can never be sent: such a one
    /// must not be the end of every replay.
    async fn send(&self, mut window: Vec<Outgoing>) -> Result<u64> {
        let (mut attempt, mut refused) = (0, 0);
        loop {
            let answers = self.target.transport.publish(window.clone()).await;
            let mut last = None;
            let mut left = Vec::new();
            for (message, answer) in window.into_iter().zip(answers) {
                match answer {
                    Ok(()) => {}
                    Err(error @ (PublishError::TooLarge(_) | PublishError::Invalid(_))) => {
                        let id = message.message.headers.get(property::MESSAGE_ID);
                        tracing::error!(%error, id, replay = self.id, "left out");
                        refused += 1;
                    }
                    Err(error @ (PublishError::Unroutable { .. } | PublishError::Closed)) => return Err(error.into()),
                    Err(error) => {
                        last = Some(error);
                        left.push(message);
                    }
                }
            }
            let Some(error) = last else { return Ok(refused) };
            attempt += 1;
            if attempt == ATTEMPTS {
                return Err(error.into());
            }
            tracing::warn!(%error, replay = self.id, events = left.len(), "the broker does not take them; trying again");
            window = left;
            sleep(Duration::from_millis(250) * (1 << attempt.min(5))).await;
        }
    }
}

/// Where the events of a replay go.
fn queue(target: &Target, pause: bool) -> String {
    match pause {
        true => target.names.replay(target.handler),
        false => target.names.queue(target.handler),
    }
}
