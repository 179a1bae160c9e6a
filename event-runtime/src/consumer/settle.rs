//! The only place that settles deliveries.

use crate::transport::{Session, TransportError};
use std::collections::VecDeque;
use std::task::{Context, Poll};

/// Acks what is safe, with as few acks as possible: the contiguous prefix of a session's deliveries with one `multiple`
/// ack, what is done behind a gap singly.
///
/// A tag that is never `done` is never acked: the broker gives it back when the session ends.
#[derive(Debug)]
pub(crate) struct Settler {
    /// The tag of `states[0]`; everything before it is acked or about to be, through `prefix`.
    first: u64,
    states: VecDeque<State>,
    /// The highest tag of the prefix that is not acked on the wire; what a `multiple` ack names.
    ///
    /// RabbitMQ takes a `multiple` ack of a tag it does not know for an error, also when it knows earlier ones.
    prefix: Option<u64>,
    /// Done and not acked on the wire.
    waiting: usize,
    threshold: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// With a handler, or never to be acked.
    Open,
    Done,
    /// Acked singly while an earlier one was open.
    Acked,
}

impl Settler {
    pub(crate) fn new(prefetch: u16) -> Self {
        Self {
            first: 1,
            states: VecDeque::with_capacity(usize::from(prefetch)),
            prefix: None,
            waiting: 0,
            threshold: usize::from(prefetch / 4).max(1),
        }
    }

    /// A delivery arrived. Tags count from 1 without gaps, except that a transport may leave out dead ones.
    pub(crate) fn opened(&mut self, tag: u64) {
        let index = (tag - self.first) as usize;
        if index >= self.states.len() {
            self.states.resize(index + 1, State::Open);
        }
    }

    /// What the delivery caused is safe; it may be acked.
    pub(crate) fn done(&mut self, tag: u64) {
        let index = tag.checked_sub(self.first).map(|index| index as usize);
        let Some(state) = index.and_then(|index| self.states.get_mut(index)) else {
            return;
        };
        debug_assert_eq!(*state, State::Open, "a delivery is settled once");
        *state = State::Done;
        self.waiting += 1;
        while let Some(state @ (State::Done | State::Acked)) = self.states.front().copied() {
            if state == State::Done {
                self.prefix = Some(self.first);
            }
            self.states.pop_front();
            self.first += 1;
        }
    }

    /// Whether acks are worth sending before the next moment of rest.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting >= self.threshold
    }

    /// How many acks wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Acks the contiguous prefix.
    pub(crate) fn ack_prefix(&mut self, session: &mut dyn Session) {
        if let Some(tag) = self.prefix.take() {
            session.ack(tag, true);
            self.waiting = self.states.iter().filter(|state| **state == State::Done).count();
        }
    }

    /// Acks everything that is done, behind gaps as well.
    pub(crate) fn ack_all(&mut self, session: &mut dyn Session) {
        self.ack_prefix(session);
        for (index, state) in self.states.iter_mut().enumerate() {
            if *state == State::Done {
                session.ack(self.first + index as u64, false);
                *state = State::Acked;
            }
        }
        self.waiting = 0;
    }

    /// Sends what is acked.
    pub(crate) fn poll_flush(
        &mut self,
        session: &mut dyn Session,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), TransportError>> {
        session.poll_flush(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Delivery;
    use futures_util::future::BoxFuture;

    #[derive(Default)]
    struct Acks(Vec<(u64, bool)>);

    impl Session for Acks {
        fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Delivery>> {
            Poll::Pending
        }
        fn usable(&self) -> bool {
            true
        }
        fn ack(&mut self, tag: u64, multiple: bool) {
            self.0.push((tag, multiple));
        }
        fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
            Poll::Ready(Ok(()))
        }
        fn end(&self) -> Option<String> {
            None
        }
        fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
            Box::pin(async {})
        }
    }

    /// Acks what a broker would: every tag once, none before it is done, `multiple` only with a tag that is open.
    #[test]
    fn every_order_of_ten_acks_each_tag_once() {
        for _ in 0..2000 {
            let (mut settler, mut acks) = (Settler::new(8), Acks::default());
            let mut open: Vec<u64> = (1..=10).collect();
            fastrand::shuffle(&mut open);
            let kept = fastrand::u64(1..=20);
            (1..=10).for_each(|tag| settler.opened(tag));
            let mut unacked: Vec<u64> = (1..=10).collect();
            let mut done = vec![];
            for tag in open.into_iter().filter(|tag| *tag != kept) {
                settler.done(tag);
                done.push(tag);
                match fastrand::u8(..3) {
                    0 => settler.ack_prefix(&mut acks),
                    1 => settler.ack_all(&mut acks),
                    _ => {}
                }
                for (tag, multiple) in acks.0.drain(..) {
                    assert!(unacked.contains(&tag), "{tag} is known to the broker");
                    let acked = |other: &u64| if multiple { *other <= tag } else { *other == tag };
                    assert!(
                        unacked.iter().filter(|tag| acked(tag)).all(|tag| done.contains(tag)),
                        "safe"
                    );
                    unacked.retain(|other| !acked(other));
                }
            }
            settler.ack_all(&mut acks);
            for (tag, multiple) in acks.0.drain(..) {
                unacked.retain(|other| if multiple { *other > tag } else { *other != tag });
            }
            assert_eq!(unacked, (1..=10).filter(|tag| *tag == kept).collect::<Vec<_>>());
            assert_eq!(settler.waiting(), 0);
        }
    }
}
