//! Messages of several calls that are published together, and what became of each.

use crate::message::Outgoing;
use crate::transport::PublishError;
use std::ops::Range;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::Instant;

/// What a caller learns about one message.
pub(super) type Answer = Result<(), PublishError>;

/// How many messages are under way on one channel.
pub(super) const WINDOW: usize = 256;

/// Messages of one caller, on their way to a lane.
pub(super) struct Call {
    pub(super) messages: Vec<Outgoing>,
    pub(super) reply: oneshot::Sender<Vec<Answer>>,
    pub(super) deadline: Instant,
    pub(super) room: OwnedSemaphorePermit,
}

/// Whole calls, in the order they came, until there are [`WINDOW`] messages.
pub(super) struct Window {
    pub(super) messages: Vec<Outgoing>,
    pub(super) answers: Answers,
}

/// The answers to the messages of a window; a call is answered when all of its messages are.
#[derive(Default)]
pub(super) struct Answers {
    found: Vec<Option<Answer>>,
    waiting: Vec<Waiting>,
}

struct Waiting {
    /// Taken when it is used.
    caller: Option<Caller>,
    messages: Range<usize>,
    deadline: Instant,
    sent: bool,
}

struct Caller {
    reply: oneshot::Sender<Vec<Answer>>,
    room: OwnedSemaphorePermit,
}

impl Caller {
    fn answer(self, answers: Vec<Answer>) {
        // First the place, then the word: who has an answer finds the place of the message free.
        drop(self.room);
        // The caller may have gone.
        let _ = self.reply.send(answers);
    }
}

impl Window {
    /// Waits for a call and takes what has queued up behind it; `None` when there will be no more.
    pub(super) async fn gather(calls: &mut mpsc::UnboundedReceiver<Call>) -> Option<Self> {
        let mut window = Self {
            messages: Vec::new(),
            answers: Answers::default(),
        };
        let mut next = calls.recv().await;
        while let Some(call) = next {
            window.take(call);
            if window.messages.len() >= WINDOW {
                return Some(window);
            }
            next = calls.try_recv().ok();
        }
        (!window.messages.is_empty()).then_some(window)
    }

    fn take(&mut self, mut call: Call) {
        // Nobody waits for it any more.
        if call.reply.is_closed() {
            return;
        }
        let start = self.messages.len();
        self.messages.append(&mut call.messages);
        self.answers.found.resize(self.messages.len(), None);
        self.answers.waiting.push(Waiting {
            caller: Some(Caller {
                reply: call.reply,
                room: call.room,
            }),
            messages: start..self.messages.len(),
            deadline: call.deadline,
            sent: false,
        });
    }
}

impl Answers {
    /// The messages to send next: at most `most` that have no answer, in order.
    pub(super) fn round(&mut self, most: usize) -> Vec<usize> {
        let mut round = Vec::with_capacity(most.min(self.found.len()));
        for waiting in &mut self.waiting {
            let room = most - round.len();
            let before = round.len();
            let open = waiting.messages.clone().filter(|index| self.found[*index].is_none());
            round.extend(open.take(room));
            waiting.sent |= round.len() > before;
        }
        round
    }

    pub(super) fn set(&mut self, index: usize, answer: Answer) {
        self.found[index] = Some(answer);
    }

    pub(super) fn get(&self, index: usize) -> Option<&Answer> {
        self.found[index].as_ref()
    }

    /// Answers every message that `which` chooses and that has no answer yet; returns how many.
    pub(super) fn set_where(&mut self, which: impl Fn(usize) -> bool, answer: impl Fn(usize) -> Answer) -> usize {
        let mut count = 0;
        for (index, found) in self.found.iter_mut().enumerate() {
            if found.is_none() && which(index) {
                *found = Some(answer(index));
                count += 1;
            }
        }
        count
    }

    /// Tells the calls whose messages are all answered.
    pub(super) fn reply(&mut self) {
        let found = &mut self.found;
        self.waiting.retain_mut(|call| {
            let own = &mut found[call.messages.clone()];
            if own.iter().any(Option::is_none) {
                return true;
            }
            if let Some(caller) = call.caller.take() {
                caller.answer(own.iter_mut().filter_map(Option::take).collect());
            }
            false
        });
    }

    /// Answers the calls whose time is over: `unsent` when nothing of them was sent.
    pub(super) fn expire(&mut self, now: Instant, sent: &PublishError, unsent: impl Fn() -> PublishError) {
        let found = &mut self.found;
        self.waiting.retain_mut(|call| {
            if call.deadline > now {
                return true;
            }
            let missing = if call.sent { sent.clone() } else { unsent() };
            if let Some(caller) = call.caller.take() {
                // What is left behind counts as answered: nobody waits for it any more.
                let left = || Some(Err(PublishError::Closed));
                let own = found[call.messages.clone()].iter_mut();
                let own = own.map(|found| std::mem::replace(found, left()).unwrap_or_else(|| Err(missing.clone())));
                caller.answer(own.collect());
            }
            false
        });
    }

    /// When the first of the waiting calls expires; `None` when none waits.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.waiting.iter().map(|call| call.deadline).min()
    }
}
