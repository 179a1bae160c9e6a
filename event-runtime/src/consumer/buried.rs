//! `on_poison = "skip"`: an event that became a dead letter in an order is done with, as far as its queue is concerned. Should
//! its ack get lost, it comes again behind later events of its key, and is skipped; only its dead letter brings it back.

use super::durable::{Durable, step};
use super::line::write_down;
use super::{Shared, durable};
use crate::failpoint;
use crate::handler::{Handler, OnPoison, Received};
use crate::store::{Open, StoreError};

/// The claim beside that of an event which says that it was not handled.
fn mark(claim: &str) -> String {
    format!("buried:{claim}")
}

fn buries(shared: &Shared) -> bool {
    shared.is_ordered() && shared.options.on_poison() == OnPoison::Skip
}

/// Writes down that an event is buried, after its copy is a dead letter: `true` when it may be acked.
pub(super) async fn write<H: Handler>(shared: &Shared, received: &Received<'_>, reason: &str) -> bool {
    let (Some(durable), true) = (&shared.durable, buries(shared)) else {
        return true;
    };
    let claim = match reason {
        // Reading it may be what kills the process.
        "suspected_crash" => received.attributes.id.to_string(),
        _ => durable::claim_of::<H>(shared, received).await,
    };
    let mark = mark(&claim);
    let written = write_down(shared, durable, &[claim, mark]).await;
    failpoint::hit(failpoint::AFTER_BURY);
    written
}

/// Whether an event that is claimed already was buried, and comes back from the dead letters: then it is to be handled after
/// all, in this transaction.
pub(super) async fn comes_back(
    shared: &Shared,
    durable: &Durable,
    transaction: &mut Open,
    received: &Received<'_>,
    claim: &str,
) -> Result<bool, StoreError> {
    if !buries(shared) || !shared.names.is_return_path(&received.delivery.exchange) {
        return Ok(false);
    }
    let mark = mark(claim);
    let was_there = step(transaction.claim(&durable.inbox, std::slice::from_ref(&mark))).await? == [false];
    step(transaction.unclaim(&durable.inbox, &mark)).await?;
    Ok(was_there)
}
