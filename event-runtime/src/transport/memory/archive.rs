//! An archive: what has gone over the bus, read from any place, by any number of readers.

use super::bus::{Bus, ConnectionId, ConsumerId, QueueId};
use super::queue::{Consumer, End};
use super::unsettled::Unsettled;
use crate::message::{Headers, Message, Outgoing, header};
use crate::topology::Retention;
use crate::transport::{Delivery, Session, Start, TransportError};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Memory is no disk: whatever the retention says, no more than this is kept.
const MOST: usize = 10_000;

/// What is kept, oldest first.
pub(super) struct Log {
    pub(super) retention: Retention,
    kept: VecDeque<Kept>,
    /// The offset of the next one.
    next: u64,
    bytes: u64,
}

struct Kept {
    at: Timestamp,
    message: Arc<Outgoing>,
}

impl Kept {
    fn bytes(&self) -> u64 {
        (self.message.message.body.len() + self.message.message.headers.bytes()) as u64
    }
}

impl Log {
    pub(super) fn new(retention: Retention) -> Self {
        Self {
            retention,
            kept: VecDeque::new(),
            next: 0,
            bytes: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn push(&mut self, message: Arc<Outgoing>) {
        let kept = Kept {
            at: Timestamp::now(),
            message,
        };
        self.bytes += kept.bytes();
        let oldest = kept
            .at
            .as_second()
            .saturating_sub(self.retention.age.as_secs().cast_signed());
        self.kept.push_back(kept);
        self.next += 1;
        let over = |log: &Self, first: &Kept| {
            log.kept.len() > MOST || log.bytes > log.retention.bytes || first.at.as_second() < oldest
        };
        while let Some(first) = self.kept.front()
            && over(self, first)
        {
            self.bytes -= first.bytes();
            self.kept.pop_front();
        }
    }

    fn first(&self) -> u64 {
        self.next - self.kept.len() as u64
    }

    /// The offset with which a reader begins.
    fn find(&self, start: Start) -> u64 {
        match start {
            Start::First => self.first(),
            Start::Offset(offset) => offset,
            Start::Last => self.next.saturating_sub(1).max(self.first()),
            Start::At(time) => {
                let later = |kept: &Kept| kept.at.as_second() < time.as_second();
                self.first() + self.kept.partition_point(later) as u64
            }
        }
    }

    /// What is kept at `offset`, or next after it.
    fn get(&self, offset: u64) -> Option<(u64, Arc<Outgoing>)> {
        let offset = offset.max(self.first());
        let at = usize::try_from(offset - self.first()).ok()?;
        Some((offset, Arc::clone(&self.kept.get(at)?.message)))
    }
}

pub(super) struct ArchiveSession {
    bus: Arc<Bus>,
    queue: QueueId,
    id: ConsumerId,
    end: Arc<End>,
    next: u64,
    prefetch: usize,
    last_tag: u64,
    unsettled: BTreeSet<u64>,
    /// Waits for acks, not for messages.
    waker: Option<Waker>,
}

impl ArchiveSession {
    pub(super) fn open(
        bus: &Arc<Bus>,
        connection: ConnectionId,
        archive: &str,
        start: Start,
        prefetch: u16,
    ) -> Result<Self, TransportError> {
        let end = Arc::new(End::default());
        let mut state = bus.lock();
        let id = state.next_id();
        let queue = state.queue_ids.get(archive).copied();
        let no_queue = || TransportError::NoQueue(archive.to_owned());
        let queue = queue.ok_or_else(no_queue)?;
        let found = state.queue(queue).ok_or_else(no_queue)?;
        let Some(log) = &found.log else {
            return Err(TransportError::Refused(format!(
                "`{archive}` is a queue, not an archive"
            )));
        };
        let next = log.find(start);
        // Known to the queue, so that it ends with it and with the connection; nothing is handed to it.
        found.watch(Consumer {
            id,
            connection,
            prefetch: 0,
            unsettled: Unsettled::default(),
            arrived: VecDeque::new(),
            last_tag: 0,
            waker: None,
            end: Arc::clone(&end),
        });
        drop(state);
        Ok(Self {
            bus: Arc::clone(bus),
            queue,
            id,
            end,
            next,
            prefetch: prefetch.max(1).into(),
            last_tag: 0,
            unsettled: BTreeSet::new(),
            waker: None,
        })
    }

    /// The next message, or none yet: then the reader is woken when there is one.
    fn fetch(&self, cx: &Context<'_>) -> Option<(u64, Arc<Outgoing>)> {
        let mut state = self.bus.lock();
        let queue = state.queue(self.queue)?;
        if let Some(found) = queue.log.as_ref().and_then(|log| log.get(self.next)) {
            return Some(found);
        }
        queue.consumer(self.id)?.waker = Some(cx.waker().clone());
        None
    }
}

impl Session for ArchiveSession {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if self.unsettled.len() >= self.prefetch && !self.end.is_over() {
            self.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let found = self.fetch(cx);
        if self.end.is_over() {
            return Poll::Ready(None);
        }
        let Some((offset, from)) = found else {
            return Poll::Pending;
        };
        self.next = offset + 1;
        self.last_tag += 1;
        self.unsettled.insert(self.last_tag);
        let own = from.message.headers.iter().filter(|(name, _)| *name != header::OFFSET);
        let mut headers: Headers = own.collect();
        headers.push_display(header::OFFSET, offset);
        let message = Message {
            headers,
            body: from.message.body.clone(),
        };
        Poll::Ready(Some(Delivery {
            tag: self.last_tag,
            exchange: from.exchange.clone(),
            routing_key: from.routing_key.clone(),
            message,
            ..Delivery::default()
        }))
    }

    fn usable(&self) -> bool {
        !self.end.is_over()
    }

    fn ack(&mut self, tag: u64, multiple: bool) {
        if multiple {
            self.unsettled = self.unsettled.split_off(&(tag + 1));
        } else {
            self.unsettled.remove(&tag);
        }
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        Poll::Ready(match self.end() {
            None => Ok(()),
            Some(reason) => Err(TransportError::Unavailable {
                to: "memory".into(),
                reason,
            }),
        })
    }

    fn end(&self) -> Option<String> {
        let over = self.end.is_over();
        over.then(|| self.end.reason.get().cloned().unwrap_or_default())
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(std::future::ready(()))
    }
}

impl Drop for ArchiveSession {
    fn drop(&mut self) {
        if !self.end.is_over() {
            self.bus.change(|state| state.end_session(self.queue, self.id, None));
        }
    }
}
