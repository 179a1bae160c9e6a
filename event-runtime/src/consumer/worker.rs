use super::barrier::Barrier;
use super::gather::{Gather, Throttle};
use super::lane::Lanes;
use super::slot::{Running, Slot};
use super::{Again, Phase, Settler, Shared, Work};
use crate::transport::{Delivery, Session};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Deliveries taken in one go before the acks and the other tasks get their turn.
const TURN: usize = 256;
/// How long an ack may wait for others to be merged with.
const MERGE: Duration = Duration::from_millis(1);
/// How long a done delivery may wait behind one that is not.
const STRAGGLE: Duration = Duration::from_millis(20);

/// Why a worker does not go on.
pub(super) enum End {
    Stopping,
    /// The session is over, or the handler takes nothing any more.
    Over(String),
    /// Another process should have the queue.
    HandedOver,
    /// Everything before it is done.
    Barrier(Delivery),
}

/// One session's worth of work: takes deliveries, drives the calls, settles.
pub(super) struct Worker<'a> {
    shared: &'a Arc<Shared>,
    make_slot: &'a (dyn Fn() -> Box<dyn Slot> + Send + Sync),
    session: Box<dyn Session>,
    settler: Settler,
    running: FuturesUnordered<Running>,
    free: Vec<Box<dyn Slot>>,
    again: VecDeque<Again>,
    gather: Option<Gather>,
    /// Of a handler with an order.
    lanes: Option<Lanes>,
    /// Nothing behind it is taken before everything before it is done.
    barrier: Option<Delivery>,
    throttle: Option<Throttle>,
    merge: Pin<Box<Sleep>>,
    merging: bool,
    straggle: Pin<Box<Sleep>>,
    straggling: bool,
    ended: bool,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        shared: &'a Arc<Shared>,
        make_slot: &'a (dyn Fn() -> Box<dyn Slot> + Send + Sync),
        session: Box<dyn Session>,
    ) -> Self {
        Self {
            settler: Settler::new(shared.options.prefetch),
            gather: shared.options.batch.map(Gather::new),
            lanes: shared.is_ordered().then(Lanes::default),
            throttle: shared.options.rate.map(Throttle::new),
            barrier: None,
            shared,
            make_slot,
            session,
            running: FuturesUnordered::new(),
            free: Vec::new(),
            again: VecDeque::new(),
            merge: Box::pin(tokio::time::sleep(MERGE)),
            merging: false,
            straggle: Box::pin(tokio::time::sleep(STRAGGLE)),
            straggling: false,
            ended: false,
        }
    }

    /// Takes over `first`, which arrived before the worker ran.
    pub(super) fn take(&mut self, first: Delivery) {
        self.opened(&first);
        match &mut self.gather {
            _ if self.lanes.is_some() => self.line_up(first),
            Some(gather) => gather.push(first),
            None => self.launch(Work::One(first)),
        }
    }

    fn line_up(&mut self, delivery: Delivery) {
        let Some(lanes) = &mut self.lanes else { return };
        if Barrier::of(&self.shared.names, &delivery).is_some() {
            self.barrier = Some(delivery);
        } else {
            lanes.push(self.shared, delivery);
        }
    }

    /// What the barrier asked for is done.
    pub(super) fn passed(&mut self, barrier: Delivery) {
        self.shared.stats.ended.add(1);
        self.done(barrier);
    }

    /// Handles what was in hand when the process died one at a time, beginning with the suspect, which never reaches
    /// its handler. Each ack has arrived before the next call begins: should that one kill the process again, it is the
    /// first delivery of the next start, and no innocent one is taken for it.
    ///
    /// What arrives after the window is given back to the caller.
    pub(super) async fn probation(&mut self, suspect: Delivery) -> Option<Delivery> {
        let mut phase = self.shared.phase.subscribe();
        let mut delivery = suspect;
        for left in (0..self.shared.options.prefetch).rev() {
            self.opened(&delivery);
            let is_suspect = left + 1 == self.shared.options.prefetch;
            self.launch(if is_suspect {
                Work::Suspect(delivery)
            } else {
                Work::One(delivery)
            });
            while let Some((_, work)) = self.running.next().await {
                self.settle(work);
            }
            self.settler.ack_all(self.session.as_mut());
            self.session.settled().await;
            if self.shared.stopped.get().is_some() {
                return None;
            }
            delivery = tokio::select! {
                biased;
                _ = phase.wait_for(|phase| *phase == Phase::Stopping) => return None,
                next = std::future::poll_fn(|cx| self.session.poll_next(cx)) => next?,
            };
            if !delivery.redelivered || Barrier::of(&self.shared.names, &delivery).is_some() {
                break;
            }
        }
        Some(delivery)
    }

    /// Runs until the session is over, the service stops, or there is a barrier.
    pub(super) async fn run(&mut self) -> End {
        let shared = Arc::clone(self.shared);
        let mut phase = shared.phase.subscribe();
        let stopping = async move { drop(phase.wait_for(|phase| *phase == Phase::Stopping).await) };
        let (mut stopping, mut over) = (std::pin::pin!(stopping), std::pin::pin!(shared.turn.over()));
        std::future::poll_fn(|cx| {
            if stopping.as_mut().poll(cx).is_ready() {
                return Poll::Ready(End::Stopping);
            }
            if over.as_mut().poll(cx).is_ready() {
                return Poll::Ready(End::HandedOver);
            }
            self.poll(cx)
        })
        .await
    }

    /// Waits for the running calls; settles what can be settled.
    pub(super) async fn drain(&mut self) {
        if let Some(gather) = &mut self.gather {
            gather.clear();
        }
        self.forget();
        std::future::poll_fn(|cx| {
            while let Poll::Ready(Some((_, work))) = self.running.poll_next_unpin(cx) {
                self.settle(work);
            }
            // What is done must not come again, whatever becomes of the others.
            self.acks(cx);
            if self.running.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        self.forget();
    }

    /// Lets go of what would go on alone: the broker gives it back.
    fn forget(&mut self) {
        self.shared.stats.ended.add(self.again.len() as u64);
        self.again.clear();
        if let Some(lanes) = &mut self.lanes {
            self.shared.stats.ended.add(lanes.clear());
        }
        self.shared.stats.ended.add(self.barrier.take().map_or(0, |_| 1));
    }

    /// Sends the last acks and ends the session.
    pub(super) async fn close(mut self) {
        if !self.session.usable() {
            self.shared.stats.acks_lost.add(self.settler.waiting() as u64);
        }
        self.settler.ack_all(self.session.as_mut());
        self.session.close().await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let more = self.turn(cx);
        self.acks(cx);
        if let Some(why) = self.shared.stopped.get() {
            return Poll::Ready(End::Over(why.clone()));
        }
        if self.ended {
            let why = self.session.end().unwrap_or_else(|| "the session ended".to_owned());
            return Poll::Ready(End::Over(why));
        }
        if self.barrier.is_some() && self.running.is_empty() && self.lanes.as_ref().is_none_or(Lanes::is_empty) {
            self.settler.ack_all(self.session.as_mut());
            if let Some(barrier) = self.barrier.take() {
                return Poll::Ready(End::Barrier(barrier));
            }
        }
        if more {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Finishes calls and starts new ones; `true` when there is more to do at once.
    fn turn(&mut self, cx: &mut Context<'_>) -> bool {
        for _ in 0..TURN {
            let mut idle = true;
            while !self.running.is_empty()
                && let Poll::Ready(Some((slot, work))) = self.running.poll_next_unpin(cx)
            {
                idle = false;
                self.free.push(slot);
                self.settle(work);
            }
            if let Poll::Ready(Some(work)) = self.poll_work(cx) {
                idle = false;
                self.start(work, cx);
            }
            if self.ended || idle {
                return false;
            }
        }
        true
    }

    /// Takes everything over that has arrived, and gives out what may begin.
    ///
    /// The broker hands over no more than the prefetch, whatever is taken; and a session that is over is noticed although
    /// every place is taken by something that waits.
    fn poll_lanes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Work>> {
        while self.lanes.is_some() && self.barrier.is_none() && !self.ended {
            if let Some(throttle) = &mut self.throttle
                && throttle.poll_pass(cx).is_pending()
            {
                break;
            }
            match self.session.poll_next(cx) {
                Poll::Ready(Some(delivery)) => {
                    self.opened(&delivery);
                    self.line_up(delivery);
                }
                Poll::Ready(None) => self.ended = true,
                Poll::Pending => break,
            }
        }
        if self.running.len() >= self.shared.concurrency() || self.shared.stopped.get().is_some() {
            return Poll::Pending;
        }
        // What another process gets again must not begin here.
        self.ended |= !self.session.usable();
        if self.ended {
            return Poll::Ready(None);
        }
        let most = self.shared.group().unwrap_or(1);
        match self.lanes.as_mut().and_then(|lanes| lanes.take(most)) {
            Some(work) => Poll::Ready(Some(work)),
            None => Poll::Pending,
        }
    }

    /// The next piece of work, if there is room for it.
    fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<Option<Work>> {
        if self.lanes.is_some() {
            return self.poll_lanes(cx);
        }
        if self.running.len() >= self.shared.concurrency() {
            return Poll::Pending;
        }
        if let Some(again) = self.again.pop_front() {
            return Poll::Ready(Some(Work::Again(Box::new(again))));
        }
        if let Some(group) = self.shared.group() {
            return self.poll_group(group, cx);
        }
        loop {
            if let Some(throttle) = &mut self.throttle {
                std::task::ready!(throttle.poll_pass(cx));
            }
            if let Some(gather) = &mut self.gather
                && let Poll::Ready(work) = gather.poll_due(cx)
            {
                return Poll::Ready(Some(work));
            }
            let Some(delivery) = std::task::ready!(self.session.poll_next(cx)) else {
                self.ended = true;
                return Poll::Ready(None);
            };
            self.opened(&delivery);
            match &mut self.gather {
                Some(gather) => gather.push(delivery),
                None => return Poll::Ready(Some(Work::One(delivery))),
            }
        }
    }

    /// Whatever is waiting, up to a bound; nothing waits for more to come.
    fn poll_group(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Option<Work>> {
        let mut group = Vec::new();
        while group.len() < most {
            if let Some(throttle) = &mut self.throttle
                && throttle.poll_pass(cx).is_pending()
            {
                break;
            }
            match self.session.poll_next(cx) {
                Poll::Ready(Some(delivery)) => {
                    self.opened(&delivery);
                    group.push(delivery);
                }
                Poll::Ready(None) => {
                    self.ended = true;
                    break;
                }
                Poll::Pending => break,
            }
        }
        match group.len() {
            0 if self.ended => Poll::Ready(None),
            0 => Poll::Pending,
            1 => Poll::Ready(group.pop().map(Work::One)),
            _ => Poll::Ready(Some(Work::Many(group))),
        }
    }

    fn opened(&mut self, delivery: &Delivery) {
        self.shared.stats.delivered.add(1);
        self.shared.turn.is_ours();
        if self.shared.names.is_delay(&delivery.exchange) {
            self.shared.stats.returned.add(1);
        }
        self.settler.opened(delivery.tag);
        if let Some(throttle) = &mut self.throttle {
            throttle.passed();
        }
    }

    fn slot(&mut self, work: Work) -> Box<dyn Slot> {
        let mut slot = self.free.pop().unwrap_or_else(|| (self.make_slot)());
        slot.start(work);
        slot
    }

    fn launch(&mut self, work: Work) {
        let slot = self.slot(work);
        self.running.push(Running::new(slot));
    }

    /// Most calls of most handlers that do not wait are done at the first poll, and never enter the set.
    fn start(&mut self, work: Work, cx: &mut Context<'_>) {
        let mut slot = self.slot(work);
        match slot.poll(cx) {
            Poll::Ready(work) => {
                self.free.push(slot);
                self.settle(work);
            }
            Poll::Pending => self.running.push(Running::new(slot)),
        }
    }

    fn settle(&mut self, work: Work) {
        match work {
            Work::One(delivery) | Work::Suspect(delivery) => self.done(delivery),
            Work::Many(deliveries) => deliveries.into_iter().for_each(|delivery| self.done(delivery)),
            Work::Split(deliveries, again) => {
                deliveries.into_iter().for_each(|delivery| self.done(delivery));
                match &mut self.lanes {
                    Some(lanes) => lanes.again(again),
                    None => self.again.extend(again),
                }
            }
            Work::Again(_) | Work::Line(_) | Work::Trial(_) | Work::Nothing => {}
        }
    }

    fn done(&mut self, delivery: Delivery) {
        self.settler.done(delivery.tag);
        if let Some(lanes) = &mut self.lanes {
            lanes.done(delivery.tag);
        }
        self.session.recycle(delivery);
    }

    /// Acks in groups: at once when many wait, otherwise a moment after the first.
    fn acks(&mut self, cx: &mut Context<'_>) {
        if self.settler.is_full() {
            self.settler.ack_prefix(self.session.as_mut());
            // A slow call at the front must not keep the broker from sending more.
            if self.settler.is_full() {
                self.settler.ack_all(self.session.as_mut());
            }
        }
        if self.settler.waiting() == 0 {
            self.merging = false;
            self.straggling = false;
        } else {
            if !self.merging {
                self.merge.as_mut().reset(Instant::now() + MERGE);
                self.merging = true;
            }
            if self.merge.as_mut().poll(cx).is_ready() {
                self.settler.ack_prefix(self.session.as_mut());
                self.merging = false;
            }
            self.stragglers(cx);
        }
        if let Poll::Ready(Err(_)) = self.settler.poll_flush(self.session.as_mut(), cx) {
            self.ended = true;
        }
    }

    fn stragglers(&mut self, cx: &mut Context<'_>) {
        if !self.straggling {
            self.straggle.as_mut().reset(Instant::now() + STRAGGLE);
            self.straggling = true;
        }
        if self.straggle.as_mut().poll(cx).is_ready() {
            self.settler.ack_all(self.session.as_mut());
            self.straggling = false;
        }
    }
}
