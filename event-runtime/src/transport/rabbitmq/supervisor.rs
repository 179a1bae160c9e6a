//! Keeps one connection up, for as long as the transport lives.

use super::backoff::Backoff;
use super::connection::{self, Live};
use super::health::{Board, Role};
use super::options::RabbitOptions;
use crate::transport::{Health, TransportError};
use futures_util::StreamExt as _;
use lapin::Event;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout_at};

/// How often a connection is looked at; the client library does not announce every loss.
const LOOK: Duration = Duration::from_millis(200);
/// A connection that lasted this long was a good one: the next attempt comes soon.
const GOOD: Duration = Duration::from_secs(5);

/// A connection that comes back.
pub(super) struct Link {
    inner: Arc<Inner>,
}

struct Inner {
    options: Arc<RabbitOptions>,
    role: Role,
    board: Arc<Board>,
    state: watch::Sender<State>,
    stop: watch::Sender<bool>,
    started: AtomicBool,
}

#[derive(Clone)]
enum State {
    Down(Option<String>),
    Up(Arc<Live>),
    Closed,
}

impl Link {
    pub(super) fn new(role: Role, options: Arc<RabbitOptions>, board: Arc<Board>) -> Self {
        Self {
            inner: Arc::new(Inner {
                options,
                role,
                board,
                state: watch::Sender::new(State::Down(None)),
                stop: watch::Sender::new(false),
                started: AtomicBool::new(false),
            }),
        }
    }

    /// The connection; the first caller has it opened. Waits for it, at most until `deadline`.
    pub(super) async fn live(&self, deadline: Instant) -> Result<Arc<Live>, TransportError> {
        if self.is_closed() {
            return Err(self.unavailable("the transport is closed"));
        }
        if !self.inner.started.swap(true, Ordering::Relaxed) {
            tokio::spawn(supervise(Arc::clone(&self.inner)));
        }
        let mut state = self.inner.state.subscribe();
        let settled = state.wait_for(|state| !matches!(state, State::Down(_)));
        let found = match timeout_at(deadline, settled).await {
            Ok(Ok(state)) => state.clone(),
            Ok(Err(_)) | Err(_) => self.inner.state.borrow().clone(),
        };
        match found {
            State::Up(live) => Ok(live),
            State::Closed => Err(self.unavailable("the transport is closed")),
            State::Down(reason) => Err(self.unavailable(reason.as_deref().unwrap_or("no answer yet"))),
        }
    }

    /// Within the connect timeout.
    pub(super) async fn now(&self) -> Result<Arc<Live>, TransportError> {
        self.live(Instant::now() + self.inner.options.connect_timeout).await
    }

    fn unavailable(&self, reason: &str) -> TransportError {
        TransportError::Unavailable {
            to: self.inner.options.address(),
            reason: reason.to_owned(),
        }
    }

    /// Why nothing can be sent right now, if so.
    pub(super) fn obstacle(&self) -> Option<String> {
        match self.inner.board.of(self.inner.role) {
            None | Some(Health::Up) => None,
            Some(Health::Blocked(reason)) => Some(reason),
            Some(Health::Closed) => Some("the transport is closed".into()),
            Some(Health::Connecting) => Some(format!("no connection to {} yet", self.inner.options.address())),
            Some(Health::Down(reason)) => Some(format!("no connection to {}: {reason}", self.inner.options.address())),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.inner.stop.borrow()
    }

    /// Says goodbye and stops. Returns when it has, within some seconds.
    pub(super) async fn close(&self) {
        self.inner.stop.send_replace(true);
        if !self.inner.started.swap(true, Ordering::Relaxed) {
            self.inner.state.send_replace(State::Closed);
        }
        let mut state = self.inner.state.subscribe();
        // Only the supervisor being gone can make it fail.
        let _ = state.wait_for(|state| matches!(state, State::Closed)).await;
    }
}

/// The supervisor has its own handle: it ends because it is told to.
impl Drop for Link {
    fn drop(&mut self) {
        self.inner.stop.send_replace(true);
    }
}

async fn supervise(link: Arc<Inner>) {
    let mut stop = link.stop.subscribe();
    tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => {}
        () = link.keep_up() => {}
    }
    let last = link.state.borrow().clone();
    if let State::Up(live) = last {
        live.close().await;
    }
    link.state.send_replace(State::Closed);
    link.board.report(link.role, Health::Closed);
}

impl Inner {
    /// Connects, watches, connects again; never returns.
    async fn keep_up(&self) {
        let mut backoff = Backoff::default();
        let mut hosts = self.options.endpoints.iter().cycle();
        self.board.report(self.role, Health::Connecting);
        for generation in 1_u64.. {
            let live = loop {
                // There is at least one: parsing refuses an empty list.
                let Some(host) = hosts.next() else { return };
                match connection::dial(host, &self.options, self.role.name()).await {
                    Ok(live) => break Arc::new(live),
                    Err(reason) => self.down(format!("{host}: {reason}")),
                }
                sleep(backoff.next()).await;
            };
            tracing::info!(
                connection = self.role.name(),
                to = live.address(),
                generation,
                "connected"
            );
            self.state.send_replace(State::Up(Arc::clone(&live)));
            self.board.report(self.role, Health::Up);
            let since = Instant::now();
            let reason = self.watch(&live).await;
            live.shut();
            self.down(format!("{}: {reason}", live.address()));
            if since.elapsed() > GOOD {
                backoff.reset();
            }
            sleep(backoff.next()).await;
        }
    }

    fn down(&self, reason: String) {
        tracing::warn!(connection = self.role.name(), reason, "not connected to the broker");
        self.state.send_replace(State::Down(Some(reason.clone())));
        self.board.report(self.role, Health::Down(reason));
    }

    /// Returns when `live` is lost, with the reason.
    async fn watch(&self, live: &Live) -> String {
        let mut events = pin!(live.connection.events_listener());
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reason = None;
        let mut alarm = None;
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Event::ConnectionBlocked(why)) => alarm = Some(why),
                    Some(Event::Error(error)) => reason = Some(error.to_string()),
                    Some(_) => {}
                    None => return reason.unwrap_or_else(|| "connection lost".into()),
                },
                _ = look.tick() => {}
            }
            if !live.is_up() {
                return reason.unwrap_or_else(|| "connection lost".into());
            }
            if live.is_blocked() {
                let why = alarm.clone().unwrap_or_else(|| "resource alarm".into());
                self.board.report(self.role, Health::Blocked(why));
            } else {
                self.board.report(self.role, Health::Up);
            }
        }
    }
}
