use crate::envelope::Envelope;
use std::ops::Deref;

/// Several events for one call, in the order in which they arrived; never empty.
///
/// `#[handler(batch(max = 100, within = "500ms"))]` says when a batch is full. When the handler fails, each event of the
/// batch is handled again alone, so that one bad event does not take the others with it.
#[derive(Debug, Clone)]
pub struct Batch<E>(Vec<Envelope<E>>);

impl<E> From<Vec<Envelope<E>>> for Batch<E> {
    fn from(envelopes: Vec<Envelope<E>>) -> Self {
        Self(envelopes)
    }
}

impl<E> Deref for Batch<E> {
    type Target = [Envelope<E>];

    fn deref(&self) -> &[Envelope<E>] {
        &self.0
    }
}

impl<E> IntoIterator for Batch<E> {
    type Item = Envelope<E>;
    type IntoIter = std::vec::IntoIter<Envelope<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, E> IntoIterator for &'a Batch<E> {
    type Item = &'a Envelope<E>;
    type IntoIter = std::slice::Iter<'a, Envelope<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
