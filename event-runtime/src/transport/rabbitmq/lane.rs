//! One window after the other, on one channel.

use super::connection::Live;
use super::failure::{self, NOT_FOUND};
use super::options::RabbitOptions;
use super::round::{self, Lost};
use super::supervisor::Link;
use super::window::{Answers, Call, WINDOW, Window};
use crate::message::Outgoing;
use crate::transport::PublishError;
use lapin::Channel;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, sleep_until, timeout_at};

/// Where the lanes get their calls from; whoever is free takes what is there.
pub(super) type Intake = Arc<Mutex<mpsc::UnboundedReceiver<Call>>>;

/// How long a channel is kept on which messages are refused.
const LASTS: Duration = Duration::from_secs(1);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// Publishes windows until the intake ends.
pub(super) async fn run(options: Arc<RabbitOptions>, link: Arc<Link>, intake: Intake) {
    let mut lane = Lane {
        options,
        link,
        open: None,
        known: Vec::new(),
    };
    loop {
        let window = Window::gather(&mut *intake.lock().await).await;
        match window {
            Some(window) => lane.publish(window).await,
            None => return,
        }
    }
}

struct Lane {
    options: Arc<RabbitOptions>,
    link: Arc<Link>,
    open: Option<Open>,
    /// Exchanges that have taken a message of this lane and are not known to be gone.
    known: Vec<String>,
}

struct Open {
    live: Arc<Live>,
    channel: Channel,
    since: Instant,
}

/// What was sent together, and when.
struct Sent<'a> {
    round: &'a [usize],
    at: Instant,
}

impl Lane {
    /// Until every call of the window has its answers.
    async fn publish(&mut self, window: Window) {
        let Window { messages, mut answers } = window;
        // After the broker closed the channel over one message, they go one by one until it is found.
        let mut most = WINDOW;
        loop {
            self.expire(&mut answers);
            let Some(deadline) = answers.deadline() else { return };
            let ready = self.is_ready(deadline).await;
            let Some(open) = self.open.as_ref().filter(|_| ready) else {
                if self.link.is_closed() {
                    answers.set_where(|_| true, |_| Err(PublishError::Closed));
                    answers.reply();
                }
                sleep_until(deadline.min(Instant::now() + PAUSE)).await;
                continue;
            };
            let (round, at) = (answers.round(most), Instant::now());
            let expire = |answers: &mut Answers| expire(&self.options, &self.link, answers);
            let sent = round::publish(
                &open.channel,
                open.live.user.as_ref(),
                &messages,
                &round,
                &mut answers,
                expire,
                open.live.lost(Some(&open.channel)),
            );
            match sent.await {
                Ok(()) => {
                    self.learn(&messages, &round, &answers);
                    self.leave_if_refused(&round, &answers);
                }
                Err(Lost::Silent) => self.open = None,
                Err(Lost::Channel(error)) => {
                    self.open = None;
                    let sent = Sent { round: &round, at };
                    if !self.forget(&error, &messages, &sent, &mut answers)
                        && !blame(&error, &messages, &round, &mut answers)
                    {
                        most = 1;
                    }
                }
            }
            answers.reply();
        }
    }

    /// Remembers which exchanges are there.
    fn learn(&mut self, messages: &[Outgoing], round: &[usize], answers: &Answers) {
        for &index in round {
            let exchange = &messages[index].exchange;
            if answers.get(index) == Some(&Ok(())) && !self.known.contains(exchange) {
                self.known.push(exchange.clone());
            }
        }
    }

    /// RabbitMQ 3.10 refuses everything for a quorum queue on a channel that met it while its leader was gone, also when there is
    /// another leader long since: what is sent again goes over a new channel.
    fn leave_if_refused(&mut self, round: &[usize], answers: &Answers) {
        let refused = |index: &usize| answers.get(*index) == Some(&Err(PublishError::Refused));
        let is_old = |open: &Open| open.since.elapsed() > LASTS;
        if round.iter().any(refused) && self.open.as_ref().is_some_and(is_old) {
            self.open = None;
        }
    }

    /// When an exchange that was there is gone, what this round sent to it may have been stored before that.
    fn forget(&mut self, error: &lapin::Error, messages: &[Outgoing], sent: &Sent<'_>, answers: &mut Answers) -> bool {
        let Some((NOT_FOUND, words)) = failure::objection(error) else {
            return false;
        };
        let is_gone = |known: &String| failure::quoted(words) == Some(known);
        let Some(at) = self.known.iter().position(is_gone) else {
            return false;
        };
        let gone = self.known.swap_remove(at);
        tracing::warn!(exchange = gone, reason = failure::plain(words), "an exchange is gone");
        let round = sent.round.iter().copied();
        let doubtful: Vec<_> = round
            .filter(|index| messages[*index].exchange == gone && answers.get(*index).is_none())
            .collect();
        // Alone, it is the one that the broker did not take.
        if doubtful.len() < 2 {
            return false;
        }
        let within_ms = u64::try_from(sent.at.elapsed().as_millis()).unwrap_or(u64::MAX);
        for index in doubtful {
            answers.set(index, Err(PublishError::Unknown { within_ms }));
        }
        true
    }

    fn expire(&self, answers: &mut Answers) {
        expire(&self.options, &self.link, answers);
    }

    /// Whether there is a channel that takes messages now; `false` at the deadline, or when this attempt failed.
    async fn is_ready(&mut self, deadline: Instant) -> bool {
        let usable = |open: &Open| open.live.is_up() && open.channel.status().connected();
        if !self.open.as_ref().is_some_and(usable) {
            self.open = connect(&self.link, deadline).await;
        }
        // What is sent during an alarm would lie in the client until it is over.
        self.open.as_ref().is_some_and(|open| !open.live.is_blocked())
    }
}

async fn connect(link: &Link, deadline: Instant) -> Option<Open> {
    let live = link.live(deadline).await.ok()?;
    // Opening a channel would hang.
    if live.is_blocked() {
        return None;
    }
    let channel = timeout_at(deadline, live.confirming_channel()).await.ok()?.ok()?;
    Some(Open {
        live,
        channel,
        since: Instant::now(),
    })
}

fn expire(options: &RabbitOptions, link: &Link, answers: &mut Answers) {
    let within_ms = u64::try_from(options.confirm_timeout.as_millis()).unwrap_or(u64::MAX);
    let sent = PublishError::Unknown { within_ms };
    let unsent = || {
        let slow = || "it does not let us open a channel".to_owned();
        PublishError::Blocked(link.obstacle().unwrap_or_else(slow))
    };
    answers.expire(Instant::now(), &sent, unsent);
}

/// Answers the messages that made the broker close the channel. `false`: it is not known which, they must go alone.
fn blame(error: &lapin::Error, messages: &[Outgoing], round: &[usize], answers: &mut Answers) -> bool {
    let Some((code, words)) = failure::objection(error) else {
        return true;
    };
    if !failure::is_about_a_message(code) {
        return true;
    }
    let unroutable = |index: usize| {
        Err(PublishError::Unroutable {
            exchange: messages[index].exchange.clone(),
            routing_key: messages[index].routing_key.clone(),
        })
    };
    if code == NOT_FOUND
        && let Some(exchange) = failure::quoted(words)
        && answers.set_where(|index| messages[index].exchange == exchange, unroutable) > 0
    {
        return true;
    }
    let [index] = *round else { return false };
    tracing::warn!(
        exchange = messages[index].exchange,
        routing_key = messages[index].routing_key,
        reason = failure::plain(words),
        "the broker refused a message"
    );
    match code {
        NOT_FOUND => answers.set(index, unroutable(index)),
        _ => answers.set(index, Err(PublishError::Refused)),
    }
    true
}
