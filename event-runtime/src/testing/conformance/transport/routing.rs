//! From an exchange to queues.

use crate::testing::conformance::lab::{Lab, message};
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::testing::conformance::{Check, reader};
use crate::topology::ExchangeKind::{Direct, Fanout, Topic};
use crate::transport::PublishError;

pub(super) const CHECKS: &[Check] = &[
    check!(topic_patterns, "`*` takes one word, `#` any number of them"),
    check!(direct_keys, "a direct exchange takes equal keys only"),
    check!(fan_out, "every bound queue gets a copy of its own"),
    check!(
        one_copy_per_queue,
        "a queue reached in several ways gets one copy, also through other exchanges"
    ),
    check!(
        alternate_exchange,
        "what no binding takes goes to the alternate exchange"
    ),
    check!(
        unroutable_is_exact,
        "exactly those messages that no queue takes are unroutable, among others in flight"
    ),
    check!(
        missing_exchange,
        "an exchange that is not there is an error, and the next publish works"
    ),
];

async fn topic_patterns(lab: &Lab) -> Verdict {
    let patterns = [
        ("exact", "order.placed.v1"),
        ("star", "order.placed.*"),
        ("middle", "order.*.v1"),
        ("hash", "order.#"),
        ("tail", "#.v1"),
        ("all", "#"),
    ];
    let keys = [
        ("order.placed.v1", "exact star middle hash tail all"),
        ("order.placed.v2", "star hash all"),
        ("order.paid.v1", "middle hash tail all"),
        ("order.placed", "hash all"),
        ("order", "hash all"),
        ("order.placed.v1.x", "hash all"),
        ("v1", "tail all"),
        ("orders.placed.v1", "tail all"),
        ("", "all"),
    ];
    let draft = lab.draft().exchange("bus", Topic);
    let draft = patterns
        .iter()
        .fold(draft, |draft, (queue, key)| draft.queue(queue).bind("bus", queue, key));
    draft.make().await?;
    for (key, _) in keys {
        lab.send(&lab.name("bus"), key, [key]).await?;
    }
    for (queue, pattern) in patterns {
        let takes = keys
            .iter()
            .filter(|(_, queues)| queues.split(' ').any(|name| name == queue));
        let wanted: Vec<_> = takes.map(|(key, _)| *key).collect();
        let mut reader = lab.read(&lab.name(queue), 50).await?;
        ensure_eq!(reader.bodies(wanted.len()).await?, wanted, "keys taken by `{pattern}`");
        reader.quiet().await?;
    }
    Ok(())
}

async fn direct_keys(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Direct).queue("h").queue("x");
    draft.bind("in", "h", "h").bind("in", "x", "x.*").make().await?;
    lab.send(&lab.name("in"), "h", ["one"]).await?;
    let star = lab.publish(vec![message(&lab.name("in"), "x.y", "two")]).await?;
    ensure!(star[0].is_err(), "a direct exchange took `x.y` for `x.*`");
    let mut reader = lab.read(&lab.name("h"), 10).await?;
    let delivery = reader.next().await?;
    ensure_eq!(reader::body(&delivery), "one", "body");
    ensure_eq!(delivery.exchange, lab.name("in"), "exchange of the delivery");
    ensure_eq!(delivery.routing_key, "h", "routing key of the delivery");
    Ok(())
}

async fn fan_out(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("all", Fanout).queue("a").queue("b");
    draft.bind("all", "a", "").bind("all", "b", "ignored").make().await?;
    let sent: Vec<_> = (0..20).map(|n| n.to_string()).collect();
    lab.send(&lab.name("all"), "key", &sent).await?;
    let mut readers = [
        lab.read(&lab.name("a"), 5).await?,
        lab.read_too(&lab.name("b"), 5).await?,
    ];
    for reader in &mut readers {
        ensure_eq!(reader.bodies(20).await?, sent, "copies");
        reader.quiet().await?;
    }
    Ok(())
}

async fn one_copy_per_queue(lab: &Lab) -> Verdict {
    let draft = lab
        .draft()
        .exchange("top", Topic)
        .exchange("left", Topic)
        .exchange("right", Fanout);
    let draft = draft.queue("q").bind("top", "q", "a.*").bind("top", "q", "a.#");
    let draft = draft.bind_exchange("top", "left", "a.b").bind("left", "q", "#");
    let draft = draft.bind_exchange("top", "right", "#").bind("right", "q", "");
    draft.make().await?;
    lab.send(&lab.name("top"), "a.b", ["four ways"]).await?;
    lab.send(&lab.name("top"), "z", ["right only"]).await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    let deliveries = reader.take(2).await?;
    ensure_eq!(reader::bodies(&deliveries), ["four ways", "right only"], "copies");
    ensure_eq!(
        deliveries[0].exchange,
        lab.name("top"),
        "exchange named by the delivery (the one published to)"
    );
    reader.quiet().await
}

async fn alternate_exchange(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("spare", Fanout);
    let draft = draft.exchange("bus", Topic).or_else("spare").queue("q").queue("rest");
    let draft = draft.bind("bus", "q", "known.*").bind("spare", "rest", "");
    draft.make().await?;
    lab.send(&lab.name("bus"), "known.a", ["known"]).await?;
    lab.send(&lab.name("bus"), "unknown.a", ["unknown"]).await?;
    let mut rest = lab.read(&lab.name("rest"), 10).await?;
    let delivery = rest.next().await?;
    ensure_eq!(reader::body(&delivery), "unknown", "message in the alternate's queue");
    ensure_eq!(delivery.routing_key, "unknown.a", "its routing key");
    rest.quiet().await?;
    let mut known = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(known.bodies(1).await?, ["known"], "message in the bound queue");
    known.quiet().await
}

async fn unroutable_is_exact(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("bus", Topic).queue("q");
    draft.bind("bus", "q", "known").make().await?;
    let bus = lab.name("bus");
    let nowhere = |n: usize| n % 10 == 3;
    for round in 0..5 {
        let key = |n| if nowhere(n) { "unknown" } else { "known" };
        let messages = (0..300).map(|n| message(&bus, key(n), format!("{round}-{n}")));
        for (n, answer) in lab.publish(messages.collect()).await?.into_iter().enumerate() {
            match answer {
                Ok(()) if !nowhere(n) => {}
                Err(PublishError::Unroutable { routing_key, .. }) if nowhere(n) && routing_key == "unknown" => {}
                wrong => ensure!(false, "message {n} of round {round}, key `{}`: {wrong:?}", key(n)),
            }
        }
    }
    let mut reader = lab.read(&lab.name("q"), 500).await?;
    let stored = reader.bodies(5 * 270).await?;
    let all = (0..5).flat_map(|round| (0..300).filter(|&n| !nowhere(n)).map(move |n| format!("{round}-{n}")));
    ensure!(
        stored.into_iter().eq(all),
        "the queue does not hold exactly the routable ones"
    );
    reader.quiet().await
}

async fn missing_exchange(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("bus", Topic).queue("q");
    draft.bind("bus", "q", "#").make().await?;
    let answers = lab.publish(vec![message(&lab.name("missing"), "a", "lost")]).await?;
    ensure!(
        answers[0].is_err(),
        "a message to an exchange that is not there was called stored"
    );
    lab.send(&lab.name("bus"), "a", ["kept"]).await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(reader.bodies(1).await?, ["kept"], "messages after the error");
    reader.quiet().await
}
