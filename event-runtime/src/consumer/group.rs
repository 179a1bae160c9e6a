//! Deliveries that were waiting, in one transaction of an idempotent handler.

use super::admit::admit;
use super::durable::{self, Done, Durable};
use super::history::History;
use super::lane::with_later;
use super::process::{Next, failure, from, refused};
use super::{Again, Shared, Work, receipt};
use crate::failure::Failed;
use crate::handler::{Handler, Received};
use crate::transport::Delivery;
use std::slice::from_ref;
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
        Err(refusal) => return refused::<H>(shared, delivery, refusal).await,
    };
    let mut budget = shared.patience();
    if let Some(failed) = failed {
        match failure::<H>(shared, &received, &history, &failed, &mut budget).await {
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
    let mut taken_out = 0;
    while !left.is_empty() {
        let singly = taken_out >= TAKEN_OUT;
        let mut rooms = vec![None; left.len()];
        let admitted = left.iter().zip(&mut rooms);
        let admitted: Vec<_> = admitted.map(|(delivery, room)| admit(shared, delivery, room)).collect();
        if singly || admitted.iter().any(Result::is_err) {
            // What is refused is dealt with alone as well.
            let out: Vec<bool> = admitted.iter().map(|one| singly || one.is_err()).collect();
            drop(admitted);
            let gone = take_out(shared, &mut left, out);
            again.extend(gone.into_iter().map(|delivery| Again::new(shared, delivery)));
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
            Done::Committed(counts) => {
                counts.count(shared);
                for (at, delivery) in left.iter().enumerate() {
                    receipt::write(shared, from_ref(delivery), counts.outcome(at)).await;
                }
                settled.append(&mut left);
            }
            Done::Failed { at, failed } => {
                shared.stats.failed.add(1);
                let mut gone = take_one_out(shared, &mut left, at).into_iter();
                if let Some(delivery) = gone.next() {
                    let mut one = Again::new(shared, delivery);
                    one.history.push(&failed, took, &shared.host, &shared.build);
                    one.failed = Some(failed);
                    again.push(one);
                }
                again.extend(gone.map(|delivery| Again::new(shared, delivery)));
                taken_out += 1;
            }
            // Alone it is refused for that.
            Done::Undecodable { at, .. } => {
                let gone = take_one_out(shared, &mut left, at);
                again.extend(gone.into_iter().map(|delivery| Again::new(shared, delivery)));
                taken_out += 1;
            }
            Done::Singly => again.extend(left.drain(..).map(|delivery| Again::new(shared, delivery))),
            Done::GivenUp => {
                // Where order counts, what goes on alone would overtake what is not durable yet.
                if shared.is_ordered() {
                    shared.stats.ended.add(again.len() as u64);
                    again.clear();
                }
                break;
            }
        }
    }
    Work::Split(settled, again)
}

/// Takes the deliveries out that `out` says, and where order counts what is behind them in their keys.
fn take_out(shared: &Shared, left: &mut Vec<Delivery>, mut out: Vec<bool>) -> Vec<Delivery> {
    if shared.is_ordered() {
        with_later(shared, left, &mut out);
    }
    let (go, stay): (Vec<_>, Vec<_>) = std::mem::take(left).into_iter().zip(out).partition(|(_, out)| *out);
    *left = stay.into_iter().map(|(delivery, _)| delivery).collect();
    go.into_iter().map(|(delivery, _)| delivery).collect()
}

/// The delivery at `at` comes first.
fn take_one_out(shared: &Shared, left: &mut Vec<Delivery>, at: usize) -> Vec<Delivery> {
    let out = (0..left.len()).map(|one| one == at).collect();
    take_out(shared, left, out)
}
