//! What a consumer has and has not settled.

use super::queue::Item;
use std::collections::VecDeque;

/// Deliveries of one session by their tags, in the order of the tags.
///
/// Tags are found at their distance from the first one; holes are squeezed out when they outnumber what is left, so that
/// one long-running handler does not make it grow.
#[derive(Default)]
pub(super) struct Unsettled {
    slots: VecDeque<Slot>,
    held: usize,
}

struct Slot {
    tag: u64,
    item: Option<Item>,
}

impl Unsettled {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.held
    }

    /// Adds a delivery; `tag` is larger than any before.
    pub(super) fn push(&mut self, tag: u64, item: Item) {
        if self.slots.len() > 64 && self.slots.len() > 4 * self.held {
            self.slots.retain(|slot| slot.item.is_some());
        }
        self.slots.push_back(Slot { tag, item: Some(item) });
        self.held += 1;
    }

    /// Settles `tag`, or with `multiple` everything up to it, into `settled`; `false` if `tag` is not to be settled.
    pub(super) fn settle(&mut self, tag: u64, multiple: bool, settled: &mut Vec<Item>) -> bool {
        let Some(at) = self.position(tag) else {
            return false;
        };
        let before = settled.len();
        if multiple {
            settled.extend(self.slots.drain(..=at).filter_map(|slot| slot.item));
        } else {
            settled.extend(self.slots[at].item.take());
        }
        self.held -= settled.len() - before;
        while self.slots.front().is_some_and(|slot| slot.item.is_none()) {
            self.slots.pop_front();
        }
        true
    }

    fn position(&self, tag: u64) -> Option<usize> {
        let first = self.slots.front()?.tag;
        let guess = usize::try_from(tag.checked_sub(first)?).ok()?;
        let at = match self.slots.get(guess) {
            Some(slot) if slot.tag == tag => guess,
            _ => self.slots.binary_search_by_key(&tag, |slot| slot.tag).ok()?,
        };
        self.slots[at].item.is_some().then_some(at)
    }

    /// Everything, in the order of the tags.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Item> {
        self.held = 0;
        self.slots.drain(..).filter_map(|slot| slot.item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Message, Outgoing};
    use std::sync::Arc;

    fn item(key: u64) -> Item {
        Item::new(Arc::new(Outgoing {
            exchange: String::new(),
            routing_key: key.to_string(),
            message: Message::default(),
        }))
    }

    fn of(count: u64) -> Unsettled {
        let mut unsettled = Unsettled::default();
        (1..=count).for_each(|tag| unsettled.push(tag, item(tag)));
        unsettled
    }

    fn left(unsettled: &mut Unsettled) -> Vec<String> {
        unsettled.drain().map(|item| item.message.routing_key.clone()).collect()
    }

    #[test]
    fn settles_one_or_all_up_to_one() {
        let (mut unsettled, mut settled) = (of(6), Vec::new());
        assert!(unsettled.settle(2, false, &mut settled));
        assert!(unsettled.settle(5, false, &mut settled));
        assert!(!unsettled.settle(2, false, &mut settled), "already settled");
        assert!(!unsettled.settle(7, false, &mut settled), "never delivered");
        assert!(unsettled.settle(3, true, &mut settled));
        assert_eq!((unsettled.len(), settled.len()), (2, 4));
        assert_eq!(left(&mut unsettled), ["4", "6"]);
    }

    #[test]
    fn one_that_stays_does_not_keep_the_others() {
        let (mut unsettled, mut settled) = (of(1), Vec::new());
        for tag in 2..10_000 {
            unsettled.push(tag, item(tag));
            assert!(unsettled.settle(tag, false, &mut settled));
        }
        assert!(unsettled.slots.len() < 100, "{}", unsettled.slots.len());
        assert!(unsettled.settle(1, false, &mut settled));
        assert_eq!(unsettled.len(), 0);
    }
}
