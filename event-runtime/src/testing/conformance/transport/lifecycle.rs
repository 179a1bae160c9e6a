//! Connections and sessions, from beginning to end.

use crate::testing::conformance::Check;
use crate::testing::conformance::lab::{Lab, message};
use crate::testing::conformance::reader::PATIENCE;
use crate::testing::conformance::verdict::{Failure, Verdict, check, ensure, ensure_eq};
use crate::topology::ExchangeKind::{Fanout, Topic};
use crate::topology::{Ladder, Names, Route, Topology};
use crate::transport::{Health, PublishError};
use std::time::Duration;
use tokio::time::timeout;

pub(super) const CHECKS: &[Check] = &[
    check!(health, "a connected transport says so, and a closed one too"),
    check!(
        closed_transport,
        "after closing, publishing says `Closed`, sessions end, and other connections go on"
    ),
    check!(deleted_queue, "deleting a queue ends its sessions, with a reason"),
    check!(
        two_services,
        "two services on one bus each get a copy, and neither's replays or delays reach the other"
    ),
];

async fn comes_to(transport: &dyn crate::transport::Transport, wanted: Health) -> Verdict {
    let mut health = transport.health();
    // A transport that is gone tells nobody any more; what it said last counts.
    let _ = timeout(PATIENCE, health.wait_for(|found| *found == wanted)).await;
    let found = health.borrow().clone();
    ensure_eq!(found, wanted, "health");
    Ok(())
}

async fn health(lab: &Lab) -> Verdict {
    lab.draft()
        .exchange("in", Fanout)
        .queue("q")
        .bind("in", "q", "")
        .make()
        .await?;
    // A transport may connect when it is first used, and to send and to receive are two uses.
    lab.send(&lab.name("in"), "", [1]).await?;
    let mut reader = lab.read(&lab.name("q"), 1).await?;
    reader.bodies(1).await?;
    for answer in lab.two.publish(vec![message(&lab.name("in"), "", 2)]).await {
        answer?;
    }
    lab.read_too(&lab.name("q"), 1).await?.close().await?;
    comes_to(&*lab.one, Health::Up).await?;
    comes_to(&*lab.two, Health::Up).await?;
    lab.two.close().await;
    comes_to(&*lab.two, Health::Closed).await?;
    ensure_eq!(*lab.one.health().borrow(), Health::Up, "health of the other connection");
    Ok(())
}

async fn closed_transport(lab: &Lab) -> Verdict {
    lab.draft()
        .exchange("in", Fanout)
        .queue("q")
        .bind("in", "q", "")
        .make()
        .await?;
    let bus = lab.name("in");
    lab.send(&bus, "", 1..=3).await?;
    let mut reader = lab.read_too(&lab.name("q"), 2).await?;
    reader.take(2).await?;
    lab.two.close().await;
    let messages = (0..3).map(|n| message(&bus, "", n)).collect();
    let answers = timeout(PATIENCE, lab.two.publish(messages)).await;
    let answers = answers.map_err(|_| Failure::new("publishing after closing does not end"))?;
    ensure_eq!(answers, vec![Err(PublishError::Closed); 3], "answers after closing");
    let consumed = timeout(PATIENCE, lab.two.consume(&lab.name("q"), 1)).await;
    ensure!(matches!(consumed, Ok(Err(_))), "a closed transport can be read from");
    reader.ended().await?;
    let mut other = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(other.bodies(3).await?, ["1", "2", "3"], "given back, in order");
    lab.two.close().await;
    other.quiet().await
}

async fn deleted_queue(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Fanout).queue("q");
    let topology = draft.bind("in", "q", "").make().await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    lab.two.remove(&topology).await?;
    reader.ended().await?;
    let reason = reader.session.end().unwrap_or_default();
    ensure!(!reason.is_empty(), "the session ended without a reason");
    lab.make(&topology).await?;
    lab.send(&lab.name("in"), "", ["new"]).await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(reader.bodies(1).await?, ["new"], "from the new queue");
    Ok(())
}

async fn two_services(lab: &Lab) -> Verdict {
    let services = ["orders", "mail"].map(|service| Names::new(lab.name("bus"), lab.name(service)));
    let mut both = Topology::default();
    for names in &services {
        let route = Route::new("h", Vec::new());
        both.merge(Topology::of_service(names, &[route], &[]));
    }
    let bus = lab.draft().exchange("bus", Topic);
    let bus = bus.bind("bus", "orders.h", "order.*").bind("bus", "mail.h", "order.*");
    both.merge(bus.topology());
    lab.make(&both).await?;
    let [orders, mail] = &services;
    lab.send(&lab.name("bus"), "order.placed", ["both"]).await?;
    lab.send(&orders.inlet(), "h", ["replayed"]).await?;
    let delayed = Ladder::routing_key(Duration::from_millis(500), "h");
    lab.send(&mail.delay(Ladder::LEVELS - 1), &delayed, ["delayed"]).await?;
    let mut at_orders = lab.read(&orders.queue("h"), 10).await?;
    let mut at_mail = lab.read_too(&mail.queue("h"), 10).await?;
    ensure_eq!(at_orders.bodies(2).await?, ["both", "replayed"], "at the first");
    ensure_eq!(at_mail.bodies(2).await?, ["both", "delayed"], "at the second");
    at_orders.quiet().await?;
    at_mail.quiet().await
}
