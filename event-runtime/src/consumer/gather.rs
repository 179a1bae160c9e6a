use super::Work;
use crate::handler::{BatchOptions, Rate};
use crate::transport::Delivery;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Collects deliveries until a batch is full or its time is up.
#[derive(Debug)]
pub(crate) struct Gather {
    options: BatchOptions,
    held: Vec<Delivery>,
    timer: Pin<Box<Sleep>>,
}

impl Gather {
    pub(crate) fn new(options: BatchOptions) -> Self {
        Self {
            options,
            held: Vec::new(),
            timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.held.len() >= usize::from(self.options.max)
    }

    pub(crate) fn push(&mut self, delivery: Delivery) {
        if self.held.is_empty() {
            self.timer.as_mut().reset(Instant::now() + self.options.within);
        }
        self.held.push(delivery);
    }

    /// A batch that is due.
    pub(crate) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Work> {
        if self.held.is_empty() {
            return Poll::Pending;
        }
        if !self.is_full() {
            std::task::ready!(self.timer.as_mut().poll(cx));
        }
        Poll::Ready(Work::Many(std::mem::take(&mut self.held)))
    }

    /// Lets go of what is held: the broker gives it back.
    pub(crate) fn clear(&mut self) {
        self.held.clear();
    }
}

/// Lets so many pass in so much time, evenly, and after a pause at most a tenth of a second's worth at once.
#[derive(Debug)]
pub(crate) struct Throttle {
    step: Duration,
    burst: Duration,
    next: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Throttle {
    pub(crate) fn new(rate: Rate) -> Self {
        let step = rate.per / rate.count.max(1);
        let now = Instant::now();
        let burst = Duration::from_millis(100).max(step);
        Self {
            step,
            burst,
            next: now,
            timer: Box::pin(tokio::time::sleep_until(now)),
        }
    }

    /// Whether one may pass now; it is counted when it does.
    pub(crate) fn poll_pass(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        if self.next > now {
            self.timer.as_mut().reset(self.next);
            std::task::ready!(self.timer.as_mut().poll(cx));
        }
        Poll::Ready(())
    }

    pub(crate) fn passed(&mut self) {
        let earliest = Instant::now().checked_sub(self.burst).unwrap_or(self.next);
        self.next = self.next.max(earliest) + self.step;
    }
}
