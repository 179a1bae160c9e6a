use crate::failpoint;
use crate::publisher::Publisher;
use crate::store::{Lease, OutboxRow, Store, StoreError};
use crate::transport::{Health, PublishError};
use event_contract::Unrouted;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};

/// Events in one window.
const PAGE: u32 = 1000;
/// How often the outbox is looked at when nobody says that there is something.
const POLL: Duration = Duration::from_millis(200);
/// How long a transaction may commit late and still be seen in the next look; later ones wait for a look at everything.
const LATE: Duration = Duration::from_secs(2);
/// How long one goes through a backlog before it looks up.
const TURN: Duration = Duration::from_secs(1);
/// How often everything is looked at.
const WHOLE: Duration = Duration::from_secs(5);
/// How often one that has no lease tries to get one.
const STANDBY: Duration = Duration::from_secs(1);
/// How long one that cannot publish leaves the lease to others.
const STEP_ASIDE: Duration = Duration::from_secs(3);
/// How long the store may take for one step.
const STEP: Duration = Duration::from_secs(10);
/// The longest wait of an event that the broker refuses.
const LONGEST: Duration = Duration::from_secs(300);

/// What moves events from an outbox to the broker.
pub(crate) struct Relay {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) service: String,
    pub(crate) publisher: Publisher,
    pub(crate) wake: Arc<Notify>,
    pub(crate) health: watch::Sender<Health>,
    /// Becomes true when the service stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// Runs until the service stops; takes the lease again whenever it is lost.
pub(crate) async fn relay(mut relay: Relay) {
    let mut wait = Duration::from_millis(100);
    while !*relay.stop.borrow() {
        let served = match step(relay.store.lease(&relay.service)).await {
            Ok(Some(lease)) => {
                wait = Duration::from_millis(100);
                tracing::debug!(service = relay.service, "publishing from the outbox");
                relay.serve(lease).await
            }
            Ok(None) => Ok(Served::Done),
            Err(error) => Err(error),
        };
        let pause = match served {
            Ok(Served::Done) => {
                relay.up();
                STANDBY
            }
            Ok(Served::Stuck) => STEP_ASIDE,
            Err(StoreError::LeaseLost) => STANDBY,
            Err(error) => {
                tracing::warn!(service = relay.service, %error, "cannot publish from the outbox; trying again");
                relay.health.send_replace(Health::Down(error.to_string()));
                wait = (wait * 2).min(Duration::from_secs(5));
                wait
            }
        };
        relay.pause(pause.mul_f64(0.5 + fastrand::f64() / 2.0), false).await;
    }
}

/// Where one lease has come to.
struct Progress {
    /// Ids that were seen, and when: what is late has a smaller one.
    seen: VecDeque<(Instant, i64)>,
    low: i64,
    whole: Instant,
    /// Routing keys that somebody takes.
    routed: HashSet<String>,
    /// Of events that were refused in this page or the one before: later ones must not overtake them.
    held: HashSet<String>,
}

impl Progress {
    fn new() -> Self {
        Self {
            seen: VecDeque::new(),
            low: 0,
            whole: Instant::now(),
            routed: HashSet::new(),
            held: HashSet::new(),
        }
    }

    /// Where the next look begins.
    fn start(&mut self) -> i64 {
        let now = Instant::now();
        if now.duration_since(self.whole) >= WHOLE {
            self.whole = now;
            return 0;
        }
        while self.seen.front().is_some_and(|(at, _)| now.duration_since(*at) >= LATE) {
            self.low = self.seen.pop_front().map_or(self.low, |(_, id)| self.low.max(id));
        }
        self.low
    }

    fn saw(&mut self, id: i64) {
        let now = Instant::now();
        if self.seen.back().is_none_or(|(at, _)| now.duration_since(*at) >= POLL) {
            self.seen.push_back((now, id));
        }
    }
}

impl Relay {
    /// Publishes until the service stops, the broker takes nothing or the lease is over.
    async fn serve(&mut self, mut lease: Box<dyn Lease>) -> Result<Served, StoreError> {
        let mut progress = Progress::new();
        let mut extended = Instant::now();
        let served = loop {
            let stopping = *self.stop.borrow();
            if extended.elapsed() >= STANDBY {
                step(lease.extend()).await?;
                extended = Instant::now();
            }
            let start = progress.start();
            let found = self.drain(lease.as_mut(), start, &mut progress).await?;
            self.up();
            match found {
                Drained::All | Drained::More if stopping => break Served::Done,
                Drained::More => {}
                Drained::All => self.pause(POLL, true).await,
                // Another process may reach the broker, and this one reaches only the store.
                Drained::Stuck => break Served::Stuck,
            }
        };
        lease.end().await;
        Ok(served)
    }

    /// Publishes what is there, from `start` on. While a page is on its way, the one before is written off, and the one behind
    /// it is read: dying in between publishes up to two pages again, under the same ids.
    async fn drain(&self, lease: &mut dyn Lease, start: i64, progress: &mut Progress) -> Result<Drained, StoreError> {
        progress.held.clear();
        let mut page = step(lease.page(start, PAGE)).await?;
        let mut before = Sent::default();
        let until = Instant::now() + TURN;
        while let Some(last) = page.last().map(|row| row.id) {
            progress.saw(last);
            let more = page.len() == PAGE as usize;
            let books = async {
                before.write_off(lease).await?;
                if more {
                    step(lease.page(last, PAGE)).await
                } else {
                    Ok(Vec::new())
                }
            };
            let (sent, next) = tokio::join!(self.send(&page, progress), books);
            failpoint::hit(failpoint::AFTER_RELAY);
            before = sent;
            if before.stuck {
                break;
            }
            if more && Instant::now() >= until {
                before.write_off(lease).await?;
                next?;
                return Ok(Drained::More);
            }
            page = match next {
                Ok(next) => next,
                Err(error) => {
                    before.write_off(lease).await?;
                    return Err(error);
                }
            };
        }
        before.write_off(lease).await?;
        Ok(if before.stuck { Drained::Stuck } else { Drained::All })
    }

    /// Publishes a page in order: in one window, except that an event of a kind nobody has taken yet goes alone, so that
    /// those behind it do not overtake it when nobody takes it.
    async fn send(&self, page: &[OutboxRow], progress: &mut Progress) -> Sent {
        let mut sent = Sent::default();
        let mut rest = page;
        while !rest.is_empty() && !sent.stuck {
            let routed = |row: &OutboxRow| progress.routed.contains(&row.outgoing.routing_key);
            let known = rest.iter().take_while(|row| routed(row)).count();
            let (window, after) = rest.split_at(known.max(1));
            rest = after;
            let free = |row: &&OutboxRow| row.key.as_ref().is_none_or(|key| !progress.held.contains(key));
            let window: Vec<_> = window.iter().filter(free).collect();
            let batch = window.iter().map(|row| (unrouted(row), row.outgoing.clone())).collect();
            let answers = self.publisher.send(batch).await;
            for (row, answer) in window.into_iter().zip(answers) {
                self.note(row, answer, progress, &mut sent);
            }
        }
        sent
    }

    fn note(&self, row: &OutboxRow, answer: Result<(), PublishError>, progress: &mut Progress, sent: &mut Sent) {
        let routing_key = &row.outgoing.routing_key;
        let error = match answer {
            Ok(()) => {
                if !progress.routed.contains(routing_key) {
                    progress.routed.insert(routing_key.clone());
                }
                sent.done.push(row.id);
                return;
            }
            Err(error) => error,
        };
        progress.held.extend(row.key.clone());
        let first = match error {
            PublishError::Unroutable { .. } => {
                progress.routed.remove(routing_key);
                Duration::from_secs(1)
            }
            PublishError::Refused => Duration::from_millis(500),
            PublishError::TooLarge(_) | PublishError::Encode(_) | PublishError::Invalid(_) => LONGEST,
            error => {
                if !sent.stuck {
                    tracing::warn!(service = self.service, %error, "cannot publish from the outbox; the events stay there");
                }
                sent.stuck = true;
                return;
            }
        };
        let wait = first.saturating_mul(2u32.saturating_pow(row.attempts)).min(LONGEST);
        tracing::error!(
            service = self.service,
            event_id = row.event_id,
            event_type = row.type_name,
            %error,
            wait_ms = wait.as_millis() as u64,
            "the broker does not take an event of the outbox; later ones of its key wait behind it"
        );
        sent.refused.push((row.id, error.to_string(), wait));
    }

    fn up(&self) {
        self.health.send_if_modified(|health| {
            let was_down = *health != Health::Up;
            *health = Health::Up;
            was_down
        });
    }

    /// Waits; until there is something, if that is what is waited for, or until the service stops.
    async fn pause(&mut self, time: Duration, for_more: bool) {
        if *self.stop.borrow() {
            return;
        }
        let wake = async {
            if for_more {
                self.wake.notified().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            _ = self.stop.changed() => {}
            () = wake => {}
            () = sleep(time) => {}
        }
    }
}

enum Served {
    /// Until the service stopped, or not at all.
    Done,
    /// The broker takes nothing from here: somebody else's turn.
    Stuck,
}

enum Drained {
    All,
    /// There is more; it is time to look at the lease, and at what was committed late.
    More,
    /// The broker takes nothing for now.
    Stuck,
}

#[derive(Default)]
struct Sent {
    done: Vec<i64>,
    refused: Vec<(i64, String, Duration)>,
    stuck: bool,
}

impl Sent {
    /// What the broker has goes, and what it does not take gets its reason.
    async fn write_off(&self, lease: &mut dyn Lease) -> Result<(), StoreError> {
        if !self.done.is_empty() {
            step(lease.done(&self.done)).await?;
        }
        for (id, reason, wait) in &self.refused {
            step(lease.refused(*id, reason, *wait)).await?;
        }
        Ok(())
    }
}

fn unrouted(row: &OutboxRow) -> Unrouted {
    if row.keep { Unrouted::Keep } else { Unrouted::Refuse }
}

async fn step<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match timeout(STEP, work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {STEP:?}"))),
    }
}
