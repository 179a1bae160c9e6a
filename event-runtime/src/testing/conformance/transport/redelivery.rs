//! What was delivered and not settled.

use crate::testing::conformance::lab::{self, Lab};
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::testing::conformance::{Check, reader};
use crate::topology::ExchangeKind::{Direct, Fanout};
use crate::transport::Delivery;
use std::collections::BTreeSet;

pub(super) const CHECKS: &[Check] = &[
    check!(
        dropped_session,
        "dropping a session gives its unsettled deliveries back in order, ahead of the others, flagged"
    ),
    check!(
        closed_session,
        "closing a session sends its acks and gives the rest back in order"
    ),
    check!(
        storm,
        "however sessions come and go, every message is delivered until it is acked, and never after"
    ),
    check!(returns_counted, "every return is counted"),
    check!(delivery_limit, "a message given back too often becomes a dead letter"),
    check!(
        dead_letter_key,
        "a dead letter keeps body and headers, and its routing key unless another one is set"
    ),
];

async fn filled(lab: &Lab, count: usize) -> Verdict<String> {
    lab.draft()
        .exchange("in", Fanout)
        .queue("q")
        .bind("in", "q", "")
        .make()
        .await?;
    lab.send(&lab.name("in"), "", 1..=count).await?;
    Ok(lab.name("q"))
}

fn flagged(deliveries: &[Delivery]) -> Vec<String> {
    let flagged = deliveries
        .iter()
        .filter(|delivery| delivery.redelivered && delivery.returns >= 1);
    flagged.map(reader::body).collect()
}

async fn dropped_session(lab: &Lab) -> Verdict {
    let queue = filled(lab, 12).await?;
    let mut first = lab.read(&queue, 6).await?;
    let deliveries = first.take(6).await?;
    ensure!(
        flagged(&deliveries).is_empty(),
        "first deliveries are flagged as redelivered"
    );
    first.ack(deliveries[1].tag, false).await?;
    first.ack(deliveries[3].tag, false).await?;
    // Let the broker settle, and deliver two more.
    first.take(2).await?;
    drop(first);
    let mut second = lab.read_too(&queue, 20).await?;
    let deliveries = second.take(10).await?;
    let all = ["1", "3", "5", "6", "7", "8", "9", "10", "11", "12"];
    ensure_eq!(reader::bodies(&deliveries), all, "order");
    ensure_eq!(flagged(&deliveries), all[..6], "flagged as redelivered");
    second.quiet().await
}

async fn closed_session(lab: &Lab) -> Verdict {
    let queue = filled(lab, 6).await?;
    let mut first = lab.read(&queue, 4).await?;
    let deliveries = first.take(4).await?;
    // Queued, and sent by `close`.
    first.session.ack(deliveries[0].tag, false);
    first.session.ack(deliveries[2].tag, false);
    first.close().await?;
    let mut second = lab.read_too(&queue, 20).await?;
    let deliveries = second.take(4).await?;
    let bodies = reader::bodies(&deliveries);
    ensure_eq!(bodies, ["2", "4", "5", "6"], "order");
    second.quiet().await
}

async fn storm(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Fanout).queue("q");
    let draft = draft.with(|queue| queue.delivery_limit = 100_000);
    draft.bind("in", "q", "").make().await?;
    let (queue, count) = (lab.name("q"), 300);
    let (mut published, mut acked) = (0, BTreeSet::new());
    while acked.len() < count {
        if published < count {
            lab.send(&lab.name("in"), "", published..published + 50).await?;
            published += 50;
        }
        let prefetch = fastrand::u16(1..40);
        let mut reader = if fastrand::bool() {
            lab.read(&queue, prefetch).await?
        } else {
            lab.read_too(&queue, prefetch).await?
        };
        let waiting = published - acked.len();
        for delivery in reader.take(waiting.min(fastrand::usize(1..=prefetch.into()))).await? {
            let body = reader::body(&delivery);
            ensure!(!acked.contains(&body), "`{body}` came again after its ack");
            if fastrand::bool() {
                acked.insert(body);
                reader.ack(delivery.tag, false).await?;
            }
        }
        match fastrand::bool() {
            true => reader.close().await?,
            false => drop(reader),
        }
    }
    lab.holds(&queue, 0).await?;
    lab.read(&queue, 10).await?.quiet().await
}

async fn returns_counted(lab: &Lab) -> Verdict {
    let queue = filled(lab, 1).await?;
    for round in 0..4 {
        let mut reader = lab.read(&queue, 1).await?;
        let delivery = reader.next().await?;
        ensure_eq!(delivery.returns, round, "returns in session {round}");
        ensure_eq!(delivery.redelivered, round > 0, "redelivered in session {round}");
        reader.close().await?;
    }
    Ok(())
}

async fn delivery_limit(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Fanout).exchange("dlx", Direct).queue("dlq");
    let draft = draft
        .queue("q")
        .with(|queue| queue.delivery_limit = 2)
        .dead_letter("dlx", Some("h"));
    draft.bind("in", "q", "").bind("dlx", "dlq", "h").make().await?;
    let (queue, dead) = (lab.name("q"), lab.name("dlq"));
    lab.send(&lab.name("in"), "own", ["poison"]).await?;
    // The first delivery, and as many again as the limit.
    for _ in 0..3 {
        lab.holds(&dead, 0).await?;
        let mut reader = lab.read(&queue, 1).await?;
        ensure_eq!(reader::body(&reader.next().await?), "poison", "delivery");
        reader.close().await?;
    }
    let mut reader = lab.read(&dead, 10).await?;
    let delivery = reader.next().await?;
    ensure_eq!(reader::body(&delivery), "poison", "dead letter");
    ensure_eq!(delivery.routing_key, "h", "its routing key");
    ensure_eq!(delivery.exchange, lab.name("dlx"), "its exchange");
    ensure_eq!(delivery.returns, 0, "returns in the new queue");
    reader.quiet().await?;
    lab.holds(&queue, 0).await
}

async fn dead_letter_key(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Fanout).exchange("dlx", Direct).queue("dlq");
    let draft = draft
        .queue("q")
        .with(|queue| queue.delivery_limit = 1)
        .dead_letter("dlx", None);
    draft.bind("in", "q", "").bind("dlx", "dlq", "own").make().await?;
    let mut sent = lab::message(&lab.name("in"), "own", "poison");
    sent.message.headers.push("x-evt-key", "Füße");
    for answer in lab.publish(vec![sent.clone()]).await? {
        answer?;
    }
    for _ in 0..2 {
        let mut reader = lab.read(&lab.name("q"), 1).await?;
        reader.next().await?;
        reader.close().await?;
    }
    let delivery = lab.read(&lab.name("dlq"), 1).await?.next().await?;
    ensure_eq!(delivery.routing_key, "own", "routing key");
    ensure!(delivery.message.body == sent.message.body, "the body was changed");
    // The broker may add some of its own.
    for (name, value) in sent.message.headers.iter() {
        ensure_eq!(delivery.message.headers.get(name), Some(value), "header {name}");
    }
    Ok(())
}
