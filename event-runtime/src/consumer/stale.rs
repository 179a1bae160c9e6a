//! Events that are older than the newest one handled of their key.

use super::durable::{Durable, step};
use crate::handler::Received;
use crate::store::{Open, StoreError};
use std::collections::BTreeMap;

/// Takes out of `new` what is not newer than what was handled, and writes down what now is the newest; how many were stale.
///
/// Both happen in the transaction in which the events are handled.
pub(super) async fn take_out(
    durable: &Durable,
    transaction: &mut Open,
    received: &[Received<'_>],
    new: &mut Vec<usize>,
) -> Result<u64, StoreError> {
    let place = |at: usize| {
        let attributes = &received[at].attributes;
        Some((attributes.key()?, attributes.sequence()?))
    };
    let mut keys: Vec<String> = new.iter().filter_map(|at| Some(place(*at)?.0.to_owned())).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(0);
    }
    let handled = step(transaction.newest(&durable.inbox, &keys)).await?;
    let handled: BTreeMap<String, Option<u64>> = keys.into_iter().zip(handled).collect();
    let mut newest: BTreeMap<String, u64> = BTreeMap::new();
    let before = new.len();
    new.retain(|at| {
        // Those without are not admitted.
        let Some((key, sequence)) = place(*at) else {
            return false;
        };
        let last = newest.get(key).copied().or_else(|| handled.get(key).copied().flatten());
        let is_newer = last.is_none_or(|last| sequence > last);
        if is_newer {
            newest.insert(key.to_owned(), sequence);
        }
        is_newer
    });
    if !newest.is_empty() {
        let newest: Vec<_> = newest.into_iter().collect();
        step(transaction.set_newest(&durable.inbox, &newest)).await?;
    }
    Ok((before - new.len()) as u64)
}
