//! Deliveries that were waiting, in one transaction of an idempotent handler.

use super::admit::admit;
use super::durable::{self, Done, Durable};
use super::history::History;
use super::process::{Next, failure, from, refuse};
use super::{Again, Shared, Work};
use crate::failure::Failed;
use crate::handler::{Handler, Received};
use crate::retry::RetryPolicy;
use crate::transport::Delivery;
use tokio::time::Instant;

/// What was in a group that did not work out: it goes on alone, behind the attempt that failed there, if one did.
pub(super) async fn resume<H: Handler>(shared: &Shared, needs: &H::Needs, again: Again) -> Work {
    if alone::<H>(shared, needs, &again.delivery, again.history, again.failed).await {
        Work::One(again.delivery)
    } else {
        Work::Nothing
    }
}

async fn alone<H: Handler>(
    shared: &Shared,
    needs: &H::Needs,
    delivery: &Delivery,
    history: History,
    failed: Option<Failed>,
) -> bool {
    let mut room = None;
    let received = match admit(shared, delivery, &mut room) {
        Ok(attributes) => Received { delivery, attributes },
        Err(refusal) => return refuse(shared, delivery, refusal).await,
    };
    let mut budget = RetryPolicy::IN_PROCESS;
    if let Some(failed) = failed {
        match failure(shared, &received, &history, &failed, &mut budget).await {
            Next::Again => shared.stats.retried.add(1),
            Next::Settled => return true,
            Next::Unsettled => return false,
        }
    }
    from::<H>(shared, needs, &received, history, budget).await
}

/// How many failing events are taken out of a group before each event has its own transaction.
const TAKEN_OUT: usize = 2;

/// Deliveries that were waiting: in one transaction. Whatever fails there goes on alone, and the others without it.
pub(super) async fn group<H: Handler>(
    shared: &Shared,
    durable: &Durable,
    needs: &H::Needs,
    deliveries: Vec<Delivery>,
) -> Work {
    let mut settled = Vec::with_capacity(deliveries.len());
    let mut again = Vec::new();
    let mut left = deliveries;
    while !left.is_empty() {
        let singly = again.len() >= TAKEN_OUT;
        let mut rooms = vec![None; left.len()];
        let admitted = left.iter().zip(&mut rooms);
        let admitted: Vec<_> = admitted.map(|(delivery, room)| admit(shared, delivery, room)).collect();
        if singly || admitted.iter().any(Result::is_err) {
            let good: Vec<bool> = admitted.iter().map(Result::is_ok).collect();
            drop(admitted);
            // What is refused is dealt with alone as well.
            let (stay, go): (Vec<_>, Vec<_>) = left.into_iter().zip(good).partition(|(_, good)| *good && !singly);
            again.extend(go.into_iter().map(|(delivery, _)| Again::new(shared, delivery)));
            left = stay.into_iter().map(|(delivery, _)| delivery).collect();
            if singly {
                break;
            }
            continue;
        }
        let received: Vec<_> = left
            .iter()
            .zip(admitted)
            .filter_map(|(delivery, admitted)| {
                Some(Received {
                    delivery,
                    attributes: admitted.ok()?,
                })
            })
            .collect();
        let attempts: Vec<u32> = left
            .iter()
            .map(|delivery| History::of(shared, delivery).attempts + 1)
            .collect();
        let started = Instant::now();
        let done = durable::run::<H>(shared, durable, needs, &received, &attempts).await;
        let took = started.elapsed();
        drop(received);
        match done {
            Done::Committed { handled, duplicates } => {
                shared.stats.handled.add(handled);
                shared.stats.duplicates.add(duplicates);
                settled.append(&mut left);
            }
            Done::Failed { at, failed } => {
                shared.stats.failed.add(1);
                let mut one = Again::new(shared, left.remove(at));
                one.history.push(&failed, took, &shared.host, &shared.build);
                one.failed = Some(failed);
                again.push(one);
            }
            // Alone it is refused for that.
            Done::Undecodable { at, .. } => again.push(Again::new(shared, left.remove(at))),
            Done::Singly => again.extend(left.drain(..).map(|delivery| Again::new(shared, delivery))),
            Done::GivenUp => break,
        }
    }
    Work::Split(settled, again)
}
