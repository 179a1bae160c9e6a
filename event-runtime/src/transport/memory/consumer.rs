//! A session: one reader of one queue.

use super::bus::{Bus, ConnectionId, ConsumerId, QueueId};
use super::queue::{Arrival, Consumer, End, Item};
use super::unsettled::Unsettled;
use crate::transport::{Delivery, Session, TransportError};
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Settled deliveries kept for their memory.
const SPARE: usize = 256;

pub(super) struct MemorySession {
    bus: Arc<Bus>,
    queue: QueueId,
    id: ConsumerId,
    end: Arc<End>,
    /// Taken over from the queue, not handed out yet.
    arrived: VecDeque<Arrival>,
    acks: Vec<(u64, bool)>,
    /// Settled, to be freed outside the lock.
    settled: Vec<Item>,
    spare: Vec<Delivery>,
}

impl MemorySession {
    pub(super) fn open(
        bus: &Arc<Bus>,
        connection: ConnectionId,
        queue: &str,
        prefetch: u16,
    ) -> Result<Self, TransportError> {
        let end = Arc::new(End::default());
        let consumer = Consumer {
            id: 0,
            connection,
            // None would be no limit in AMQP, and nothing a service wants.
            prefetch: prefetch.max(1).into(),
            unsettled: Unsettled::default(),
            arrived: VecDeque::new(),
            last_tag: 0,
            waker: None,
            end: Arc::clone(&end),
        };
        let (queue, id) = bus.change(|state| {
            let id = state.next_id();
            let after = &mut state.after;
            let found = state.queue_ids.get(queue).copied();
            let found = found.and_then(|id| state.queues[id].as_deref_mut());
            let found = found.ok_or_else(|| TransportError::NoQueue(queue.into()))?;
            if found.log.is_some() {
                return Err(TransportError::Refused(format!(
                    "`{queue}` is an archive: it is read, not consumed"
                )));
            }
            found.join(Consumer { id, ..consumer }, after);
            Ok((found.id, id))
        })?;
        Ok(Self {
            bus: Arc::clone(bus),
            queue,
            id,
            end,
            arrived: VecDeque::new(),
            acks: Vec::new(),
            settled: Vec::new(),
            spare: Vec::new(),
        })
    }

    /// Copies a message out: the queue keeps its own until it is settled.
    fn delivery(&mut self, arrival: &Arrival) -> Delivery {
        let from = &*arrival.message;
        let mut to = self.spare.pop().unwrap_or_default();
        to.tag = arrival.tag;
        to.returns = arrival.returns;
        to.redelivered = arrival.returns > 0;
        to.exchange.clone_from(&from.exchange);
        to.routing_key.clone_from(&from.routing_key);
        to.message.headers.clone_from(&from.message.headers);
        to.message.body.clone_from(&from.message.body);
        to
    }

    /// Takes over what has arrived, or asks to be woken.
    fn fetch(&mut self, cx: &Context<'_>) {
        let mut state = self.bus.lock();
        let found = state.queue(self.queue).and_then(|queue| queue.consumer(self.id));
        let Some(consumer) = found else { return };
        if consumer.arrived.is_empty() {
            match &mut consumer.waker {
                Some(waker) => waker.clone_from(cx.waker()),
                none => *none = Some(cx.waker().clone()),
            }
        } else {
            std::mem::swap(&mut consumer.arrived, &mut self.arrived);
        }
    }

    /// Settles what has been acked. A tag that is not to be settled ends the session, as it does on the real one.
    fn flush(&mut self) {
        let (acks, settled) = (&mut self.acks, &mut self.settled);
        self.bus.change(|state| {
            let after = &mut state.after;
            let Some(queue) = state.queues[self.queue].as_deref_mut() else {
                return;
            };
            let Some(consumer) = queue.consumer(self.id) else {
                return;
            };
            let unknown = acks
                .drain(..)
                .find(|&(tag, multiple)| !consumer.unsettled.settle(tag, multiple, settled));
            match unknown {
                Some((tag, _)) => {
                    let reason = format!("unknown delivery tag {tag}");
                    state.end_session(self.queue, self.id, Some(&reason));
                }
                None => queue.deliver(after),
            }
        });
        self.settled.clear();
    }
}

impl Session for MemorySession {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if self.arrived.is_empty() {
            self.fetch(cx);
        }
        // Looked at last: what ended the session took its deliveries back before it said so.
        if self.end.is_over() {
            self.arrived.clear();
            return Poll::Ready(None);
        }
        match self.arrived.pop_front() {
            Some(arrival) => Poll::Ready(Some(self.delivery(&arrival))),
            None => Poll::Pending,
        }
    }

    fn usable(&self) -> bool {
        !self.end.is_over()
    }

    fn ack(&mut self, tag: u64, multiple: bool) {
        self.acks.push((tag, multiple));
    }

    fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        if !self.acks.is_empty() && !self.end.is_over() {
            self.flush();
        }
        if self.end.is_over() {
            self.acks.clear();
            return Poll::Ready(Err(TransportError::Unavailable {
                to: "memory".into(),
                reason: self.end().unwrap_or_default(),
            }));
        }
        Poll::Ready(Ok(()))
    }

    fn recycle(&mut self, delivery: Delivery) {
        if self.spare.len() < SPARE {
            self.spare.push(delivery);
        }
    }

    fn end(&self) -> Option<String> {
        self.end
            .is_over()
            .then(|| self.end.reason.get().cloned().unwrap_or_default())
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(std::future::ready(()))
    }
}

/// Sends the queued acks; the rest goes back.
impl Drop for MemorySession {
    fn drop(&mut self) {
        if !self.acks.is_empty() {
            self.flush();
        }
        if !self.end.is_over() {
            self.bus.change(|state| state.end_session(self.queue, self.id, None));
        }
    }
}
