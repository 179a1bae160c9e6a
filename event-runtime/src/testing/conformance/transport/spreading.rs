//! Over several queues by a header, and exchanges that are cut.

use crate::message::Outgoing;
use crate::testing::conformance::Check;
use crate::testing::conformance::lab::{Lab, message};
use crate::testing::conformance::reader::PATIENCE;
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::topology::ExchangeKind::{Fanout, Hash, Topic};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(super) const CHECKS: &[Check] = &[
    check!(
        spread_by_header,
        "a hash exchange puts each message into one queue, and those with the same header into the same one"
    ),
    check!(
        spread_without_header,
        "messages without the header are all in one queue"
    ),
    check!(
        cut_off,
        "an exchange that is cut leads nowhere from that moment, and nothing can be bound to it"
    ),
];

const HEADER: &str = "x-key";
const QUEUES: [&str; 4] = ["a", "b", "c", "d"];

/// A topic exchange, and behind it one that spreads over [`QUEUES`].
async fn make(lab: &Lab) -> Verdict {
    let draft = lab
        .draft()
        .exchange("bus", Topic)
        .exchange("spread", Hash { header: HEADER });
    let draft = QUEUES
        .iter()
        .fold(draft, |draft, queue| draft.queue(queue).bind("spread", queue, "1"));
    draft.bind_exchange("bus", "spread", "#").make().await?;
    Ok(())
}

fn keyed(lab: &Lab, key: Option<usize>, number: usize) -> Outgoing {
    let text = key.map_or_else(|| "none".to_owned(), |key| key.to_string());
    let mut message = message(&lab.name("bus"), "event", format!("{text} {number}"));
    if key.is_some() {
        message.message.headers.push(HEADER, &text);
    }
    message
}

/// Which queue has which messages.
async fn found(lab: &Lab, count: usize) -> Verdict<Vec<Vec<String>>> {
    // What a broker counts may lag behind.
    let started = Instant::now();
    let depths = loop {
        let mut depths = Vec::new();
        for queue in QUEUES {
            depths.push(usize::try_from(lab.one.depth(&lab.name(queue)).await?).unwrap_or_default());
        }
        if depths.iter().sum::<usize>() >= count || started.elapsed() > PATIENCE {
            break depths;
        }
        sleep(Duration::from_millis(50)).await;
    };
    ensure_eq!(depths.iter().sum::<usize>(), count, "messages in the queues");
    let mut found = Vec::new();
    for (queue, waiting) in QUEUES.iter().zip(depths) {
        let mut reader = lab.read(&lab.name(queue), 500).await?;
        found.push(reader.bodies(waiting).await?);
        reader.quiet().await?;
    }
    Ok(found)
}

async fn spread_by_header(lab: &Lab) -> Verdict {
    make(lab).await?;
    let messages: Vec<_> = (0..200).map(|n| keyed(lab, Some(n % 40), n / 40)).collect();
    for answer in lab.publish(messages).await? {
        answer?;
    }
    let mut place = BTreeMap::new();
    let found = found(lab, 200).await?;
    ensure_eq!(found.iter().map(Vec::len).sum::<usize>(), 200, "copies");
    for (queue, bodies) in found.iter().enumerate() {
        let mut last = BTreeMap::new();
        for body in bodies {
            let (key, number) = body.split_once(' ').unwrap_or_default();
            ensure_eq!(*place.entry(key).or_insert(queue), queue, "queue of a key");
            let before = last.insert(key, number);
            ensure!(
                before.is_none_or(|before| before < number),
                "{key}: {number} after {before:?}"
            );
        }
    }
    let used = found.iter().filter(|bodies| !bodies.is_empty()).count();
    ensure!(used > 2, "forty keys are in {used} of four queues");
    Ok(())
}

async fn spread_without_header(lab: &Lab) -> Verdict {
    make(lab).await?;
    for answer in lab.publish((0..20).map(|n| keyed(lab, None, n)).collect()).await? {
        answer?;
    }
    let used = found(lab, 20).await?.into_iter().filter(|bodies| !bodies.is_empty());
    ensure_eq!(used.count(), 1, "queues that have some");
    Ok(())
}

async fn cut_off(lab: &Lab) -> Verdict {
    let draft = lab
        .draft()
        .exchange("bus", Topic)
        .exchange("gate", Fanout)
        .queue("q")
        .bind("bus", "q", "b");
    let draft = draft.bind_exchange("bus", "gate", "a.*").bind("gate", "q", "1");
    let topology = draft.make().await?;
    let bus = lab.name("bus");
    lab.send(&bus, "a.b", ["before"]).await?;
    for _ in 0..2 {
        lab.one.cut(&lab.name("gate")).await?;
    }
    let taken = lab.publish(vec![message(&bus, "a.b", "after")]).await?;
    ensure!(taken[0].is_err(), "it still leads somewhere");
    lab.send(&bus, "b", ["other"]).await?;
    let mut bindings = topology;
    bindings.exchanges.clear();
    ensure!(lab.one.apply(&bindings).await.is_err(), "what is not there was bound");
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(reader.bodies(2).await?, ["before", "other"], "messages");
    reader.quiet().await
}
