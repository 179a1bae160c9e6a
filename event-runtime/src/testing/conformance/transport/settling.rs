//! Acks.

use crate::testing::conformance::lab::{self, Lab};
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::testing::conformance::{Check, reader};
use crate::topology::ExchangeKind::Fanout;

pub(super) const CHECKS: &[Check] = &[
    check!(ack_one, "an ack settles one delivery, in any order"),
    check!(
        ack_up_to,
        "a multiple ack settles every delivery up to its own, and no later one"
    ),
    check!(acked_is_gone, "what was acked never comes back"),
    check!(tags_count, "the tags of every session count up from 1"),
    check!(
        reused_memory,
        "a recycled delivery leaves nothing behind in the next one"
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

/// What the next session on `queue` gets.
async fn rest(lab: &Lab, queue: &str, wanted: &[&str]) -> Verdict {
    let mut reader = lab.read_too(queue, 50).await?;
    let deliveries = reader.take(wanted.len()).await?;
    ensure_eq!(reader::bodies(&deliveries), wanted, "given back");
    reader.quiet().await
}

async fn ack_one(lab: &Lab) -> Verdict {
    let queue = filled(lab, 6).await?;
    let mut reader = lab.read(&queue, 10).await?;
    let deliveries = reader.take(6).await?;
    reader.ack(deliveries[4].tag, false).await?;
    reader.ack(deliveries[1].tag, false).await?;
    reader.close().await?;
    rest(lab, &queue, &["1", "3", "4", "6"]).await
}

async fn ack_up_to(lab: &Lab) -> Verdict {
    let queue = filled(lab, 8).await?;
    let mut reader = lab.read(&queue, 10).await?;
    let deliveries = reader.take(8).await?;
    reader.ack(deliveries[1].tag, false).await?;
    reader.ack(deliveries[5].tag, false).await?;
    reader.ack(deliveries[3].tag, true).await?;
    reader.close().await?;
    rest(lab, &queue, &["5", "7", "8"]).await
}

async fn acked_is_gone(lab: &Lab) -> Verdict {
    let queue = filled(lab, 200).await?;
    let mut reader = lab.read(&queue, 20).await?;
    ensure_eq!(reader.bodies(200).await?.len(), 200, "deliveries");
    reader.close().await?;
    lab.holds(&queue, 0).await?;
    rest(lab, &queue, &[]).await
}

async fn tags_count(lab: &Lab) -> Verdict {
    let queue = filled(lab, 6).await?;
    for _ in 0..2 {
        let mut reader = lab.read(&queue, 10).await?;
        let tags: Vec<_> = reader.take(6).await?.iter().map(|delivery| delivery.tag).collect();
        ensure_eq!(tags, [1, 2, 3, 4, 5, 6], "tags");
        ensure!(reader.session.usable(), "a running session is not usable");
        ensure_eq!(reader.session.end(), None, "end of a running session");
        reader.close().await?;
    }
    Ok(())
}

async fn reused_memory(lab: &Lab) -> Verdict {
    let queue = filled(lab, 0).await?;
    let mut reader = lab.read(&queue, 10).await?;
    for n in 0..10 {
        let mut sent = lab::message(&lab.name("in"), &"key.".repeat(10 - n), n);
        (n..10).for_each(|k| sent.message.headers.push(&format!("x-{k}"), "value"));
        for answer in lab.publish(vec![sent.clone()]).await? {
            answer?;
        }
        let delivery = reader.next().await?;
        ensure_eq!(reader::body(&delivery), n.to_string(), "body");
        ensure_eq!(delivery.routing_key, sent.routing_key, "routing key");
        ensure_eq!(
            lab::names(&delivery.message.headers),
            lab::names(&sent.message.headers),
            "names of headers"
        );
        ensure!(
            !delivery.redelivered && delivery.returns == 0,
            "a first delivery is called another"
        );
        reader.ack(delivery.tag, false).await?;
        reader.session.recycle(delivery);
    }
    Ok(())
}
