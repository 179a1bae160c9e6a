//! A quorum queue: what waits, who reads, and who gets what.

use super::archive::Log;
use super::bus::{After, ConnectionId, ConsumerId, QueueId};
use super::expiry::Timer;
use super::unsettled::Unsettled;
use crate::message::Outgoing;
use crate::topology;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use tokio::time::Instant;

pub(super) struct Queue {
    pub(super) id: QueueId,
    pub(super) model: topology::Queue,
    /// Given back by consumers, in the order in which they had been delivered; read first.
    returned: VecDeque<Item>,
    /// Never delivered.
    ready: VecDeque<Item>,
    /// To be dead-lettered, but nothing takes them: tried again whenever a binding is made.
    pub(super) stuck: Vec<Item>,
    /// In the order in which they came; the first one is the active one of a single-active queue.
    consumers: Vec<Consumer>,
    /// Whose turn it is.
    turn: usize,
    /// Runs while something waits for its time to be up.
    pub(super) timer: Option<Timer>,
    /// Of an archive: it has nothing that waits, and readers that take nothing out.
    pub(super) log: Option<Log>,
}

/// A message in a queue.
pub(super) struct Item {
    pub(super) message: Arc<Outgoing>,
    pub(super) returns: u32,
    expires: Option<Instant>,
}

/// One session, as its queue sees it.
pub(super) struct Consumer {
    pub(super) id: ConsumerId,
    pub(super) connection: ConnectionId,
    pub(super) prefetch: usize,
    pub(super) unsettled: Unsettled,
    /// Delivered, but not taken over by the session yet.
    pub(super) arrived: VecDeque<Arrival>,
    pub(super) last_tag: u64,
    pub(super) waker: Option<Waker>,
    pub(super) end: Arc<End>,
}

/// A delivery on its way to the session.
pub(super) struct Arrival {
    pub(super) tag: u64,
    pub(super) returns: u32,
    pub(super) message: Arc<Outgoing>,
}

/// Whether a session is over, readable without the lock of the bus.
#[derive(Default)]
pub(super) struct End {
    over: AtomicBool,
    pub(super) reason: std::sync::OnceLock<String>,
}

impl End {
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

impl Item {
    pub(super) fn new(message: Arc<Outgoing>) -> Self {
        Self {
            message,
            returns: 0,
            expires: None,
        }
    }
}

impl Queue {
    pub(super) fn new(id: QueueId, model: topology::Queue) -> Self {
        Self {
            id,
            model,
            returned: VecDeque::new(),
            ready: VecDeque::new(),
            stuck: Vec::new(),
            consumers: Vec::new(),
            turn: 0,
            timer: None,
            log: None,
        }
    }

    /// How many messages wait for a consumer.
    pub(super) fn depth(&self) -> usize {
        self.returned.len() + self.ready.len() + self.log.as_ref().map_or(0, Log::len)
    }

    pub(super) fn push(&mut self, message: Arc<Outgoing>, after: &mut After) {
        if let Some(log) = &mut self.log {
            log.push(message);
            let readers = self.consumers.iter_mut().filter_map(|reader| reader.waker.take());
            after.wake.extend(readers);
            return;
        }
        // Whoever has room has it only because nothing waits.
        let waiting = self.depth() > 0;
        let mut item = Item::new(message);
        if let Some(ttl) = self.model.message_ttl {
            item.expires = Some(Instant::now() + ttl);
            if !self.is_timed() {
                after.arm.push(self.id);
            }
        }
        self.ready.push_back(item);
        if !waiting {
            self.deliver(after);
        }
    }

    /// Hands out what waits, in turns, to consumers that have room.
    pub(super) fn deliver(&mut self, after: &mut After) {
        while let Some(at) = self.next_with_room() {
            let Some(item) = self.returned.pop_front().or_else(|| self.ready.pop_front()) else {
                return;
            };
            let consumer = &mut self.consumers[at];
            consumer.last_tag += 1;
            consumer.arrived.push_back(Arrival {
                tag: consumer.last_tag,
                returns: item.returns,
                message: Arc::clone(&item.message),
            });
            consumer.unsettled.push(consumer.last_tag, item);
            after.wake.extend(consumer.waker.take());
            self.turn = at + 1;
        }
    }

    fn next_with_room(&self) -> Option<usize> {
        let count = if self.model.single_active {
            self.consumers.len().min(1)
        } else {
            self.consumers.len()
        };
        (0..count)
            .map(|step| (self.turn + step) % count)
            .find(|&at| self.consumers[at].unsettled.len() < self.consumers[at].prefetch)
    }

    pub(super) fn join(&mut self, consumer: Consumer, after: &mut After) {
        self.consumers.push(consumer);
        self.deliver(after);
    }

    /// A reader of an archive: told when something comes, and handed nothing.
    pub(super) fn watch(&mut self, reader: Consumer) {
        self.consumers.push(reader);
    }

    pub(super) fn consumer(&mut self, id: ConsumerId) -> Option<&mut Consumer> {
        self.consumers.iter_mut().find(|consumer| consumer.id == id)
    }

    pub(super) fn consumer_ids(&self, which: impl Fn(&Consumer) -> bool) -> Vec<ConsumerId> {
        let those = self.consumers.iter().filter(|consumer| which(consumer));
        those.map(|consumer| consumer.id).collect()
    }

    /// Ends a session. Gives back what has been returned too often; the rest goes to the others, in order.
    pub(super) fn leave(&mut self, id: ConsumerId, reason: Option<&str>, after: &mut After) -> Vec<Item> {
        let Some(at) = self.consumers.iter().position(|consumer| consumer.id == id) else {
            return Vec::new();
        };
        let mut consumer = self.consumers.remove(at);
        if self.turn > at {
            self.turn -= 1;
        }
        if let Some(reason) = reason {
            // Set once: only the first reason counts.
            let _ = consumer.end.reason.set(reason.to_owned());
        }
        consumer.end.over.store(true, Ordering::Release);
        after.wake.extend(consumer.waker.take());
        let mut over = Vec::new();
        for mut item in consumer.unsettled.drain() {
            item.returns += 1;
            if item.returns > self.model.delivery_limit {
                over.push(item);
            } else {
                self.returned.push_back(item);
            }
        }
        if !self.is_timed() && self.first_expiry().is_some() {
            after.arm.push(self.id);
        }
        self.deliver(after);
        over
    }

    /// Whether the timer runs; it also ends with the runtime that it was started in.
    pub(super) fn is_timed(&self) -> bool {
        self.timer.as_ref().is_some_and(Timer::is_running)
    }

    /// When the first message expires, among those at the heads.
    pub(super) fn first_expiry(&self) -> Option<Instant> {
        let heads = [self.returned.front(), self.ready.front()];
        heads.into_iter().flatten().filter_map(|item| item.expires).min()
    }

    /// Takes out what has expired by `now`. Like the real one, it looks at the heads only.
    pub(super) fn expired(&mut self, now: Instant) -> Vec<Item> {
        let mut expired = Vec::new();
        for list in [&mut self.returned, &mut self.ready] {
            while list
                .front()
                .is_some_and(|item| item.expires.is_some_and(|at| at <= now))
            {
                expired.extend(list.pop_front());
            }
        }
        expired
    }
}
