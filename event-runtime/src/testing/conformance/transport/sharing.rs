//! Several readers of one queue.

use crate::testing::conformance::lab::Lab;
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::testing::conformance::{Check, reader};
use crate::topology::ExchangeKind::Fanout;
use std::collections::BTreeSet;

pub(super) const CHECKS: &[Check] = &[
    check!(
        prefetch,
        "a session has at most as many unsettled deliveries as its prefetch says"
    ),
    check!(
        competing,
        "each message goes to one of several sessions, and all of them get some"
    ),
    check!(in_turns, "sessions that have room get messages in turns"),
    check!(waiting_reader, "a session that waits is woken by the next message"),
    check!(
        single_active,
        "one session of a single-active queue works; the next takes over when it goes, in order"
    ),
];

async fn shared(lab: &Lab, single_active: bool) -> Verdict<String> {
    let draft = lab.draft().exchange("in", Fanout).queue("q");
    let draft = draft.with(|queue| queue.single_active = single_active);
    draft.bind("in", "q", "").make().await?;
    Ok(lab.name("q"))
}

async fn prefetch(lab: &Lab) -> Verdict {
    let queue = shared(lab, false).await?;
    lab.send(&lab.name("in"), "", 1..=10).await?;
    let mut reader = lab.read(&queue, 3).await?;
    let first = reader.take(3).await?;
    reader.quiet().await?;
    lab.holds(&queue, 7).await?;
    reader.ack(first[1].tag, false).await?;
    ensure_eq!(reader::body(&reader.next().await?), "4", "after one ack");
    reader.quiet().await?;
    reader.ack(first[2].tag, true).await?;
    ensure_eq!(reader::bodies(&reader.take(2).await?), ["5", "6"], "after two more");
    reader.quiet().await
}

async fn competing(lab: &Lab) -> Verdict {
    let queue = shared(lab, false).await?;
    let mut one = lab.read(&queue, 5).await?;
    let mut two = lab.read_too(&queue, 5).await?;
    lab.send(&lab.name("in"), "", 0..20).await?;
    let mut held = reader::bodies(&one.take(5).await?);
    held.extend(reader::bodies(&two.take(5).await?));
    one.quiet().await?;
    two.quiet().await?;
    ensure_eq!(
        held.iter().collect::<BTreeSet<_>>().len(),
        10,
        "different messages held"
    );
    lab.holds(&queue, 10).await?;
    // What the first held goes to the second, once that has room.
    one.close().await?;
    two.ack(5, true).await?;
    let mut rest = two.take_acked(15).await?;
    ensure!(
        rest.drain(..5).all(|delivery| delivery.redelivered),
        "what was given back did not come first"
    );
    two.quiet().await
}

async fn in_turns(lab: &Lab) -> Verdict {
    let queue = shared(lab, false).await?;
    let mut one = lab.read(&queue, 50).await?;
    let mut two = lab.read_too(&queue, 50).await?;
    lab.send(&lab.name("in"), "", 0..20).await?;
    one.take(5).await?;
    two.take(5).await?;
    Ok(())
}

async fn waiting_reader(lab: &Lab) -> Verdict {
    let queue = shared(lab, false).await?;
    let mut reader = lab.read(&queue, 5).await?;
    for n in 0..20 {
        let (sent, found) = tokio::join!(
            async {
                tokio::task::yield_now().await;
                lab.send(&lab.name("in"), "", [n]).await
            },
            reader.bodies(1)
        );
        sent?;
        ensure_eq!(found?, [n.to_string()], "woken for");
    }
    Ok(())
}

async fn single_active(lab: &Lab) -> Verdict {
    let queue = shared(lab, true).await?;
    let mut active = lab.read(&queue, 4).await?;
    let mut standby = lab.read_too(&queue, 4).await?;
    lab.send(&lab.name("in"), "", 1..=12).await?;
    let deliveries = active.take(4).await?;
    ensure_eq!(reader::bodies(&deliveries), ["1", "2", "3", "4"], "the active one's");
    standby.quiet().await?;
    active.ack(deliveries[0].tag, false).await?;
    active.ack(deliveries[2].tag, false).await?;
    ensure_eq!(
        reader::bodies(&active.take(2).await?),
        ["5", "6"],
        "the active one's next"
    );
    standby.quiet().await?;
    drop(active);
    let taken_over = standby.take_acked(8).await?;
    ensure_eq!(reader::bodies(&taken_over)[..4], ["2", "4", "5", "6"], "taken over");
    ensure_eq!(reader::bodies(&taken_over)[4..], ["7", "8", "9", "10"], "and then");
    Ok(())
}
