//! Events of one key one after another, those of different keys side by side.

use super::admit::attributes;
use super::{Again, Shared, Work};
use crate::transport::Delivery;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// What a session has handed over and what is not settled, by key.
///
/// A lane in which something is in hand is closed. It opens again when all of that has come back as settled, or as
/// something that is to be done again. What comes back as neither keeps its lane closed until the session is over: its
/// outcome is not durable, so nothing that is later may begin.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: HashMap<Arc<str>, Lane>,
    /// Keys in whose lanes something waits and nothing is in hand.
    open: VecDeque<Arc<str>>,
    /// The keys of what is in hand.
    in_hand: HashMap<u64, Arc<str>>,
    /// Without a key: refused, in no order.
    stray: VecDeque<Delivery>,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Waiting>,
    in_hand: usize,
}

#[derive(Debug)]
enum Waiting {
    New(Delivery),
    Again(Box<Again>),
}

impl Lanes {
    /// Takes a delivery over.
    pub(super) fn push(&mut self, shared: &Shared, delivery: Delivery) {
        match key(shared, &delivery) {
            Some(key) => self.wait(key, delivery),
            None => self.stray.push_back(delivery),
        }
    }

    fn wait(&mut self, key: Arc<str>, delivery: Delivery) {
        let lane = self.lanes.entry(Arc::clone(&key)).or_default();
        let opens = lane.waiting.is_empty() && lane.in_hand == 0;
        lane.waiting.push_back(Waiting::New(delivery));
        if opens {
            self.open.push_back(key);
        }
    }

    /// The next piece of work: of several keys when `most` allows it, and of one key in its order.
    pub(super) fn take(&mut self, most: usize) -> Option<Work> {
        if let Some(stray) = self.stray.pop_front() {
            return Some(Work::One(stray));
        }
        let mut group = Vec::new();
        while group.len() < most.max(1)
            && let Some(key) = self.open.pop_front()
        {
            let Some(lane) = self.lanes.get_mut(&key) else { continue };
            if let Some(Waiting::Again(_)) = lane.waiting.front() {
                if !group.is_empty() {
                    self.open.push_front(key);
                    break;
                }
                let Some(Waiting::Again(again)) = lane.waiting.pop_front() else {
                    continue;
                };
                lane.in_hand += 1;
                self.in_hand.insert(again.delivery.tag, key);
                return Some(Work::Again(again));
            }
            while group.len() < most.max(1)
                && let Some(Waiting::New(delivery)) = lane.waiting.pop_front_if(|next| matches!(next, Waiting::New(_)))
            {
                lane.in_hand += 1;
                self.in_hand.insert(delivery.tag, Arc::clone(&key));
                group.push(delivery);
            }
        }
        match group.len() {
            0 => None,
            1 => group.pop().map(Work::One),
            _ => Some(Work::Many(group)),
        }
    }

    /// The delivery is settled.
    pub(super) fn done(&mut self, tag: u64) {
        if let Some(key) = self.in_hand.remove(&tag) {
            self.left(key);
        }
    }

    /// These are to be done again, in the order in which they came, and before what waits in their lanes.
    pub(super) fn again(&mut self, mut again: Vec<Again>) {
        // A group takes them out in the order in which they failed.
        again.sort_by_key(|again| again.delivery.tag);
        for again in again.into_iter().rev() {
            let Some(key) = self.in_hand.remove(&again.delivery.tag) else {
                self.stray.push_front(again.delivery);
                continue;
            };
            if let Some(lane) = self.lanes.get_mut(&key) {
                lane.waiting.push_front(Waiting::Again(Box::new(again)));
            }
            self.left(key);
        }
    }

    /// Something of `key` is not in hand any more.
    fn left(&mut self, key: Arc<str>) {
        let Some(lane) = self.lanes.get_mut(&key) else { return };
        lane.in_hand -= 1;
        if lane.in_hand > 0 {
            return;
        }
        if lane.waiting.is_empty() {
            self.lanes.remove(&key);
        } else {
            self.open.push_back(key);
        }
    }

    /// Nothing waits, and nothing is in hand.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty() && self.stray.is_empty()
    }

    /// Lets go of everything that waits; how much that was. Nothing begins any more.
    pub(super) fn clear(&mut self) -> u64 {
        let waiting = self.stray.len() + self.lanes.values().map(|lane| lane.waiting.len()).sum::<usize>();
        *self = Self::default();
        waiting as u64
    }
}

/// In which lane a delivery waits; `None` when it is nothing that a handler would ever get.
pub(super) fn key(shared: &Shared, delivery: &Delivery) -> Option<Arc<str>> {
    let mut room = None;
    let attributes = attributes(shared, delivery, &mut room).ok()?;
    attributes.key().map(Arc::from)
}

/// Of deliveries of which some are taken out: takes out as well what is later of the same keys.
pub(super) fn with_later(shared: &Shared, deliveries: &[Delivery], out: &mut [bool]) {
    let keys: Vec<_> = deliveries.iter().map(|delivery| key(shared, delivery)).collect();
    for at in 1..deliveries.len() {
        let behind = |before: usize| out[before] && keys[before].is_some() && keys[before] == keys[at];
        out[at] = out[at] || (0..at).any(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consumer::History;

    fn delivery(tag: u64) -> Delivery {
        Delivery {
            tag,
            ..Delivery::default()
        }
    }

    fn again(tag: u64) -> Again {
        Again {
            delivery: delivery(tag),
            history: History::default(),
            failed: None,
        }
    }

    fn lanes(of: &[(u64, &str)]) -> Lanes {
        let mut lanes = Lanes::default();
        for (tag, key) in of {
            lanes.wait(Arc::from(*key), delivery(*tag));
        }
        lanes
    }

    /// The tags of the next piece of work.
    fn next(lanes: &mut Lanes, most: usize) -> Vec<u64> {
        match lanes.take(most) {
            Some(Work::One(one)) => vec![one.tag],
            Some(Work::Many(many)) => many.iter().map(|one| one.tag).collect(),
            Some(Work::Again(again)) => vec![again.delivery.tag],
            _ => vec![],
        }
    }

    #[test]
    fn one_at_a_time_of_a_key_and_others_beside_it() {
        let mut lanes = lanes(&[(1, "a"), (2, "a"), (3, "b"), (4, "a")]);
        assert_eq!(next(&mut lanes, 1), [1]);
        assert_eq!(next(&mut lanes, 1), [3]);
        assert_eq!(next(&mut lanes, 1), [0; 0], "both keys are closed");
        lanes.done(1);
        assert_eq!(next(&mut lanes, 1), [2]);
        lanes.done(3);
        lanes.done(2);
        assert_eq!(next(&mut lanes, 1), [4]);
        lanes.done(4);
        assert!(lanes.lanes.is_empty() && lanes.in_hand.is_empty() && lanes.open.is_empty());
    }

    #[test]
    fn a_group_has_a_key_in_its_order_and_closes_it() {
        let mut lanes = lanes(&[(1, "a"), (2, "b"), (3, "a"), (4, "a")]);
        assert_eq!(next(&mut lanes, 3), [1, 3, 4]);
        lanes.wait(Arc::from("a"), delivery(5));
        assert_eq!(next(&mut lanes, 3), [2]);
        lanes.done(1);
        lanes.done(3);
        assert_eq!(next(&mut lanes, 3), [0; 0], "one of them is in hand");
        lanes.done(4);
        assert_eq!(next(&mut lanes, 3), [5]);
    }

    #[test]
    fn what_is_done_again_comes_first_and_alone() {
        let mut lanes = lanes(&[(1, "a"), (2, "a"), (3, "a"), (4, "b")]);
        assert_eq!(next(&mut lanes, 10), [1, 2, 3, 4]);
        lanes.wait(Arc::from("a"), delivery(5));
        lanes.done(1);
        lanes.done(4);
        lanes.again(vec![again(3), again(2)]);
        assert_eq!(next(&mut lanes, 10), [2]);
        assert_eq!(next(&mut lanes, 10), [0; 0]);
        lanes.done(2);
        assert_eq!(next(&mut lanes, 10), [3]);
        lanes.done(3);
        assert_eq!(next(&mut lanes, 10), [5]);
    }

    #[test]
    fn what_never_comes_back_keeps_its_lane_closed() {
        let mut lanes = lanes(&[(1, "a"), (2, "a"), (3, "b")]);
        assert_eq!(next(&mut lanes, 1), [1]);
        assert_eq!(next(&mut lanes, 1), [3]);
        lanes.done(3);
        assert_eq!(next(&mut lanes, 1), [0; 0]);
        assert_eq!(lanes.clear(), 1);
    }

    /// Whatever happens to pieces of work, one key is never in two of them, and its events begin in their order.
    #[test]
    fn no_key_overtakes_itself() {
        for _ in 0..500 {
            let mut lanes = Lanes::default();
            let mut hands: Vec<Vec<u64>> = Vec::new();
            let (mut arrived, mut done) = (0u64, [0u64; 4]);
            let lane = |tag: u64| tag % 4;
            for _ in 0..200 {
                match fastrand::u8(..3) {
                    0 => {
                        arrived += 1;
                        lanes.wait(Arc::from(lane(arrived).to_string()), delivery(arrived));
                    }
                    1 => {
                        let work = next(&mut lanes, fastrand::usize(1..5));
                        let other = |tag: &u64| hands.iter().flatten().any(|hand| lane(*hand) == lane(*tag));
                        assert!(!work.iter().any(other), "a key in two hands");
                        if !work.is_empty() {
                            hands.push(work);
                        }
                    }
                    _ if !hands.is_empty() => {
                        let work = hands.swap_remove(fastrand::usize(..hands.len()));
                        let failed = fastrand::usize(..=work.len());
                        let failed = work.get(failed).copied();
                        let mut back = Vec::new();
                        for tag in work {
                            let behind = failed.is_some_and(|failed| tag >= failed && lane(tag) == lane(failed));
                            if behind {
                                back.push(again(tag));
                                continue;
                            }
                            let last = &mut done[lane(tag) as usize];
                            assert!(tag > *last, "{tag} after {last}");
                            *last = tag;
                            lanes.done(tag);
                        }
                        lanes.again(back);
                    }
                    _ => {}
                }
            }
        }
    }
}
