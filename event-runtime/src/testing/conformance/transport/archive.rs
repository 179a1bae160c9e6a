//! What has gone over an exchange, read again.

use crate::testing::conformance::Check;
use crate::testing::conformance::lab::{Lab, message};
use crate::testing::conformance::reader::{self, PATIENCE, Reader};
use crate::testing::conformance::verdict::{Failure, Verdict, check, ensure, ensure_eq};
use crate::topology::Retention;
use crate::topology::{Route, Topology};
use crate::transport::{Start, TransportError};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(super) const CHECKS: &[Check] = &[
    check!(
        archive_keeps,
        "an archive keeps what was published in its order, and every reader reads all of it"
    ),
    check!(
        archive_offsets,
        "every message of an archive says its offset, and reading goes on from any of them"
    ),
    check!(
        archive_prefetch,
        "a reader of an archive gets no more than its prefetch until it acks"
    ),
    check!(archive_follows, "a reader that has read everything gets what comes"),
    check!(
        archive_by_time,
        "an archive is read from a point in time: nothing that was stored since is left out"
    ),
    check!(archive_last, "reading near the end ends with the newest message"),
    check!(
        archive_different,
        "an archive is planned, made, found, and another retention is reported"
    ),
    check!(
        archive_missing,
        "reading an archive that is not there is an error, and says so"
    ),
];

const WEEK: Retention = Retention::new(Duration::from_secs(7 * 86_400), 1_000_000_000);

/// A bus with an archive.
async fn archive(lab: &Lab) -> Verdict<String> {
    let mut topology = Topology::default();
    topology.archive(&lab.names, WEEK);
    lab.make(&topology).await?;
    Ok(lab.names.archive())
}

async fn send(lab: &Lab, of: std::ops::RangeInclusive<u32>) -> Verdict {
    lab.send(&lab.names.bus, "order.placed.v1", of).await
}

async fn read(lab: &Lab, archive: &str, start: Start, prefetch: u16) -> Verdict<Reader> {
    Ok(Reader::new(lab.two.read(archive, start, prefetch).await?, archive))
}

fn texts(of: std::ops::RangeInclusive<u32>) -> Vec<String> {
    of.map(|number| number.to_string()).collect()
}

async fn archive_keeps(lab: &Lab) -> Verdict {
    let archive = archive(lab).await?;
    send(lab, 1..=20).await?;
    send(lab, 21..=30).await?;
    for _ in 0..2 {
        let mut reader = read(lab, &archive, Start::First, 7).await?;
        let deliveries = reader.take_acked(30).await?;
        ensure_eq!(reader::bodies(&deliveries), texts(1..=30), "messages");
        for delivery in &deliveries {
            ensure_eq!(delivery.routing_key, "order.placed.v1", "routing key");
            ensure_eq!(delivery.exchange, lab.names.bus, "exchange");
        }
        reader.quiet().await?;
        reader.close().await?;
    }
    Ok(())
}

async fn archive_offsets(lab: &Lab) -> Verdict {
    let archive = archive(lab).await?;
    send(lab, 1..=10).await?;
    let mut reader = read(lab, &archive, Start::First, 20).await?;
    let deliveries = reader.take_acked(10).await?;
    let offsets: Vec<_> = deliveries.iter().filter_map(|delivery| delivery.offset()).collect();
    ensure_eq!(offsets.len(), 10, "messages with an offset");
    ensure!(
        offsets.is_sorted_by(|a, b| a < b),
        "offsets that do not rise: {offsets:?}"
    );
    drop(reader);
    let mut reader = read(lab, &archive, Start::Offset(offsets[6]), 20).await?;
    ensure_eq!(reader.bodies(4).await?, texts(7..=10), "messages from the seventh on");
    reader.quiet().await
}

async fn archive_prefetch(lab: &Lab) -> Verdict {
    let archive = archive(lab).await?;
    for number in 1..=12 {
        send(lab, number..=number).await?;
    }
    let mut reader = read(lab, &archive, Start::First, 3).await?;
    let mut taken = reader.take(3).await?;
    // A chunk is delivered whole: more may come, but not all.
    while let Ok(next) = tokio::time::timeout(Duration::from_millis(300), reader.next()).await {
        taken.push(next?);
        ensure!(
            taken.len() < 12,
            "everything came, with a prefetch of 3 and nothing acked"
        );
    }
    while taken.len() < 12 {
        let last = taken.last().map_or(0, |delivery| delivery.tag);
        reader.ack(last, true).await?;
        taken.push(reader.next().await?);
    }
    ensure_eq!(reader::bodies(&taken), texts(1..=12), "messages");
    Ok(())
}

async fn archive_follows(lab: &Lab) -> Verdict {
    let archive = archive(lab).await?;
    let mut reader = read(lab, &archive, Start::First, 10).await?;
    reader.quiet().await?;
    for number in 1..=3 {
        let (one, message) = (Arc::clone(&lab.one), message(&lab.names.bus, "order.placed.v1", number));
        // It waits already when it comes, in a task of its own: nothing else looks.
        let later = tokio::spawn(async move {
            sleep(Duration::from_millis(100)).await;
            one.publish(vec![message]).await
        });
        let begun = Instant::now();
        let bodies = reader.bodies(1).await;
        // It looks once more when its patience is over.
        ensure!(begun.elapsed() < PATIENCE / 2, "a reader that waits is not woken");
        let sent = later.await.map_err(|error| Failure::new(error.to_string()))?;
        sent.into_iter().collect::<Result<(), _>>()?;
        ensure_eq!(bodies?, texts(number..=number), "what came");
    }
    Ok(())
}

async fn archive_by_time(lab: &Lab) -> Verdict {
    let archive = archive(lab).await?;
    send(lab, 1..=5).await?;
    // Streams know whole seconds, also when the clock of a test stands still.
    let before = Timestamp::now().as_second();
    while Timestamp::now().as_second() < before + 2 {
        sleep(Duration::from_millis(50)).await;
        std::thread::sleep(Duration::from_millis(1));
    }
    let middle = Timestamp::from_second(before + 1).map_err(|error| Failure::new(error.to_string()))?;
    send(lab, 6..=10).await?;
    let mut reader = read(lab, &archive, Start::At(middle), 20).await?;
    let mut bodies = Vec::new();
    while bodies.last().map(String::as_str) != Some("10") {
        bodies.extend(reader.bodies(1).await?);
    }
    ensure!(
        bodies.ends_with(&texts(6..=10)),
        "what was stored since is not all there: {bodies:?}"
    );
    let mut all = read(lab, &archive, Start::At(Timestamp::UNIX_EPOCH), 20).await?;
    ensure_eq!(all.bodies(10).await?, texts(1..=10), "from before the first");
    Ok(())
}

async fn archive_last(lab: &Lab) -> Verdict {
    let archive = archive(lab).await?;
    let mut empty = read(lab, &archive, Start::Last, 20).await?;
    empty.quiet().await?;
    drop(empty);
    send(lab, 1..=5).await?;
    send(lab, 6..=6).await?;
    let mut reader = read(lab, &archive, Start::Last, 20).await?;
    let patience = tokio::time::timeout(PATIENCE, async {
        while reader.bodies(1).await?[0] != "6" {}
        reader.quiet().await
    });
    patience
        .await
        .map_err(|_| Failure::new("the newest message did not come"))?
}

async fn archive_different(lab: &Lab) -> Verdict {
    let mut wanted = Topology::of_service(&lab.names, &[] as &[Route], &[]);
    wanted.archive(&lab.names, WEEK);
    let name = format!("archive {}", lab.names.archive());
    let plan = lab.one.plan(&wanted).await?;
    ensure!(plan.missing.contains(&name), "missing: {:?}", plan.missing);
    lab.make(&wanted).await?;
    let plan = lab.one.plan(&wanted).await?;
    ensure_eq!(
        (plan.missing.len(), plan.different.len(), plan.present),
        (0, 0, 2),
        "after apply"
    );
    let mut other = Topology::default();
    other.archive(&lab.names, Retention::new(Duration::from_secs(86_400), 1_000_000_000));
    let plan = lab.one.plan(&other).await?;
    ensure!(
        plan.different.len() == 1 && plan.different[0].contains(&lab.names.archive()),
        "another retention: {plan:?}"
    );
    match lab.one.apply(&other).await {
        Err(TransportError::Different { .. }) => {}
        other => ensure!(false, "apply says {other:?}"),
    }
    lab.one.remove(&wanted).await?;
    let plan = lab.one.plan(&wanted).await?;
    ensure!(
        plan.missing.contains(&name),
        "missing after it was removed: {:?}",
        plan.missing
    );
    Ok(())
}

async fn archive_missing(lab: &Lab) -> Verdict {
    let archive = lab.names.archive();
    let read = lab.one.read(&archive, Start::First, 10).await.map(|_| "a session");
    ensure_eq!(read, Err(TransportError::NoQueue(archive)), "reading");
    Ok(())
}
