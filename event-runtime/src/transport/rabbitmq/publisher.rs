//! Takes messages from callers and hands them to the lanes.

use super::lane::{self, Intake};
use super::options::RabbitOptions;
use super::supervisor::Link;
use super::window::{Answer, Call};
use crate::message::Outgoing;
use crate::transport::PublishError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// Windows that are under way at the same time, each on a channel of its own.
const LANES: usize = 4;
/// The lanes answer everything at its deadline; this is for the scheduler.
const GRACE: Duration = Duration::from_millis(100);

/// Publishes with confirms, over one connection.
pub(super) struct Publisher {
    options: Arc<RabbitOptions>,
    link: Arc<Link>,
    room: Arc<Semaphore>,
    state: Mutex<State>,
}

enum State {
    Fresh,
    Running {
        calls: mpsc::UnboundedSender<Call>,
        lanes: Vec<JoinHandle<()>>,
    },
    Closed,
}

impl Publisher {
    pub(super) fn new(options: Arc<RabbitOptions>, link: Arc<Link>) -> Self {
        let room = Arc::new(Semaphore::new(options.buffer));
        Self {
            options,
            link,
            room,
            state: Mutex::new(State::Fresh),
        }
    }

    /// Publishes `messages` and returns an answer for each, in their order.
    pub(super) async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Answer> {
        let limits = self.options.limits;
        if messages.iter().all(|message| limits.check(&message.message).is_ok()) {
            return self.submit(messages).await;
        }
        // The large ones are refused here, the others take their way.
        let mut answers = Vec::with_capacity(messages.len());
        let mut fitting = Vec::with_capacity(messages.len());
        for message in messages {
            let checked = limits.check(&message.message);
            if checked.is_ok() {
                fitting.push(message);
            }
            answers.push(checked.map_err(PublishError::from));
        }
        let mut sent = self.submit(fitting).await.into_iter();
        for answer in answers.iter_mut().filter(|answer| answer.is_ok()) {
            *answer = sent.next().unwrap_or(Err(PublishError::Closed));
        }
        answers
    }

    async fn submit(&self, messages: Vec<Outgoing>) -> Vec<Answer> {
        let count = messages.len();
        if count == 0 {
            return Vec::new();
        }
        let all = |error: PublishError| vec![Err(error); count];
        let deadline = Instant::now() + self.options.confirm_timeout;
        let room = match self.room(count, deadline).await {
            Ok(room) => room,
            Err(error) => return all(error),
        };
        let (reply, answers) = oneshot::channel();
        let call = Call {
            messages,
            reply,
            deadline,
            room,
        };
        if !self.hand_over(call) {
            return all(PublishError::Closed);
        }
        // A lane is busy with earlier calls only, and those end before this one's deadline: no timer is needed here.
        answers.await.unwrap_or_else(|_| all(PublishError::Closed))
    }

    /// A place in the buffer. While nothing can be sent, a full buffer is an error at once.
    async fn room(&self, count: usize, deadline: Instant) -> Result<OwnedSemaphorePermit, PublishError> {
        let count = u32::try_from(count.min(self.options.buffer)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room);
        match room.try_acquire_many_owned(count) {
            Ok(room) => return Ok(room),
            Err(TryAcquireError::Closed) => return Err(PublishError::Closed),
            Err(TryAcquireError::NoPermits) => {}
        }
        if let Some(obstacle) = self.link.obstacle() {
            return Err(PublishError::Blocked(obstacle));
        }
        match timeout_at(deadline, Arc::clone(&self.room).acquire_many_owned(count)).await {
            Ok(room) => room.map_err(|_: AcquireError| PublishError::Closed),
            Err(_) => Err(PublishError::Blocked(self.obstacle())),
        }
    }

    fn obstacle(&self) -> String {
        let busy = || "more is being published than it takes".to_owned();
        self.link.obstacle().unwrap_or_else(busy)
    }

    /// The first call starts the lanes.
    fn hand_over(&self, call: Call) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Fresh) {
            let (calls, receiver) = mpsc::unbounded_channel();
            let intake: Intake = Arc::new(tokio::sync::Mutex::new(receiver));
            let lane = || lane::run(Arc::clone(&self.options), Arc::clone(&self.link), Arc::clone(&intake));
            let lanes = (0..LANES).map(|_| tokio::spawn(lane())).collect();
            *state = State::Running { calls, lanes };
        }
        match &*state {
            State::Running { calls, .. } => calls.send(call).is_ok(),
            _ => false,
        }
    }

    /// Takes nothing more, and waits until everything has its answer.
    pub(super) async fn close(&self) {
        self.room.close();
        let state = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *state, State::Closed)
        };
        let State::Running { calls, mut lanes } = state else {
            return;
        };
        drop(calls);
        let deadline = Instant::now() + self.options.confirm_timeout + GRACE;
        for lane in &mut lanes {
            if timeout_at(deadline, &mut *lane).await.is_err() {
                lane.abort();
            }
        }
    }
}
