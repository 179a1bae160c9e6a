//! What is shared: one lock around exchanges, queues and switches.

use super::exchange::Exchanges;
use super::faults::Switches;
use super::queue::{Item, Queue};
use crate::message::{Limits, Outgoing};
use crate::topology::DeadLetterTo;
use crate::transport::Health;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use tokio::sync::watch;

pub(super) type ConnectionId = u64;
pub(super) type ConsumerId = u64;
/// Place in [`State::queues`]; never used again for another queue.
pub(super) type QueueId = usize;

pub(super) struct Bus {
    state: Mutex<State>,
    pub(super) limits: Limits,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) exchanges: Exchanges,
    pub(super) queues: Vec<Option<Box<Queue>>>,
    pub(super) queue_ids: HashMap<String, QueueId>,
    pub(super) faults: Switches,
    connections: HashMap<ConnectionId, watch::Sender<Health>>,
    last_id: u64,
    pub(super) after: After,
}

/// What a change leaves to be done once it is complete.
#[derive(Default)]
pub(super) struct After {
    /// Readers to wake, when the lock is free.
    pub(super) wake: Vec<Waker>,
    /// Queues whose first message needs a timer.
    pub(super) arm: Vec<QueueId>,
}

impl Bus {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            state: Mutex::default(),
            limits,
        }
    }

    /// For reading, and for changes that wake nobody; [`Bus::change`] is for the others.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two statements that could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, arms the timers and wakes whom it concerns, after the lock is free.
    pub(super) fn change<R>(self: &Arc<Self>, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state);
        while let Some(queue) = state.after.arm.pop() {
            self.arm(&mut state, queue);
        }
        let wake = std::mem::take(&mut state.after.wake);
        drop(state);
        wake.into_iter().for_each(Waker::wake);
        result
    }

    pub(super) fn connect(&self) -> (ConnectionId, watch::Sender<Health>) {
        let mut state = self.lock();
        let id = state.next_id();
        let health = watch::Sender::new(state.faults.health());
        state.connections.insert(id, health.clone());
        (id, health)
    }

    pub(super) fn forget(&self, connection: ConnectionId) {
        self.lock().connections.remove(&connection);
    }

    /// Ends the sessions of one connection and stops telling it about the health of the bus.
    pub(super) fn disconnect(self: &Arc<Self>, connection: ConnectionId, reason: &str) {
        self.change(|state| {
            state.connections.remove(&connection);
            state.end_sessions(|consumer| consumer.connection == connection, reason);
        });
    }
}

impl State {
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn queue(&mut self, id: QueueId) -> Option<&mut Queue> {
        self.queues.get_mut(id)?.as_deref_mut()
    }

    pub(super) fn announce_health(&self) {
        for health in self.connections.values() {
            health.send_replace(self.faults.health());
        }
    }

    /// Ends the sessions that `which` names; what they had unsettled goes back.
    pub(super) fn end_sessions(&mut self, which: impl Fn(&super::queue::Consumer) -> bool, reason: &str) {
        for id in 0..self.queues.len() {
            let consumers = self.queue(id).map(|queue| queue.consumer_ids(&which));
            for consumer in consumers.into_iter().flatten() {
                self.end_session(id, consumer, Some(reason));
            }
        }
    }

    /// Ends one session: `reason` is told to its reader, who is woken.
    pub(super) fn end_session(&mut self, queue: QueueId, consumer: ConsumerId, reason: Option<&str>) {
        let Some(found) = self.queues.get_mut(queue).and_then(Option::as_deref_mut) else {
            return;
        };
        let over = found.leave(consumer, reason, &mut self.after);
        let to = found.model.dead_letter.clone();
        self.dead_letter(queue, to.as_ref(), over);
    }

    /// Sends expired and over-returned messages on. What nothing takes stays with its queue, out of the way.
    pub(super) fn dead_letter(&mut self, from: QueueId, to: Option<&DeadLetterTo>, items: Vec<Item>) {
        let Some(to) = to else { return };
        for item in items {
            let mut message = Arc::unwrap_or_clone(item.message);
            message.exchange.clone_from(&to.exchange);
            let own = to
                .routing_key
                .as_ref()
                .map(|key| std::mem::replace(&mut message.routing_key, key.clone()));
            if let Some(mut message) = self.store(message) {
                if let Some(own) = own {
                    message.routing_key = own;
                }
                if let Some(queue) = self.queue(from) {
                    queue.stuck.push(Item::new(Arc::new(message)));
                }
            }
        }
    }

    /// Stores `message` in every queue on its route, or gives it back when there is none.
    pub(super) fn store(&mut self, message: Outgoing) -> Option<Outgoing> {
        let route = self
            .exchanges
            .route(&message.exchange, &message.routing_key, &message.message.headers);
        let Some((last, others)) = route.split_last() else {
            return Some(message);
        };
        let message = Arc::new(message);
        for &id in others {
            if let Some(queue) = self.queues[id].as_deref_mut() {
                queue.push(Arc::clone(&message), &mut self.after);
            }
        }
        if let Some(queue) = self.queues[*last].as_deref_mut() {
            queue.push(message, &mut self.after);
        }
        None
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus").finish_non_exhaustive()
    }
}
