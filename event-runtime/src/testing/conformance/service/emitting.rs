//! What handlers publish.

use super::play::{Noted, Paid, Placed, Play, Played, Probe, failed};
use super::stage::{place, stop};
use crate::envelope::EventId;
use crate::failure::{Class, Failed};
use crate::handler::{Argument as _, Call, Emit, Nothing};
use crate::service::Handle as _;
use crate::testing::conformance::Check;
use crate::testing::conformance::lab::Lab;
use crate::testing::conformance::reader::body;
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::transport::{Delivery, PublishError};
use std::collections::BTreeSet;

pub(super) const CHECKS: &[Check] = &[
    check!(
        returned_events,
        "what a handler returns is published, in order, and names its cause and conversation"
    ),
    check!(
        same_ids_again,
        "an event that is handled again publishes the same ids again, and another event other ids"
    ),
    check!(
        part_way,
        "what is published part-way keeps its id when the attempt fails and is repeated"
    ),
    check!(
        unrouted,
        "an event nobody takes is the publisher's error, or kept when it says so"
    ),
];

struct Pays;

impl Play for Pays {
    type Takes = Placed;
    type Gives = Vec<Paid>;

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<Vec<Paid>, Failed> {
        probe.begin(event.n, call).end();
        Ok((0..3).map(|part| Paid { n: 10 * event.n + part }).collect())
    }
}

fn header<'d>(delivery: &'d Delivery, name: &str) -> &'d str {
    delivery.message.headers.get(name).unwrap_or_default()
}

fn id(delivery: &Delivery) -> &str {
    header(delivery, "cloudEvents_id")
}

async fn returned_events(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let tap = lab.tap("order.paid.*").await?;
    let service = lab.start(lab.service(&probe).handle::<Played<Pays>>()).await?;
    let cause = place(&service, [4]).await?.remove(0).to_string();
    let mut reader = lab.read(&tap, 10).await?;
    let paid = reader.take_acked(3).await?;
    let bodies: Vec<_> = paid.iter().map(body).collect();
    ensure_eq!(bodies, [r#"{"n":40}"#, r#"{"n":41}"#, r#"{"n":42}"#], "bodies");
    ensure_eq!(paid.iter().map(id).collect::<BTreeSet<_>>().len(), 3, "different ids");
    for delivery in &paid {
        ensure_eq!(header(delivery, ":message_id"), id(delivery), "message id");
        ensure_eq!(header(delivery, "cloudEvents_type"), "order.paid.v1", "type");
        ensure_eq!(header(delivery, "cloudEvents_causationid"), cause, "cause");
        ensure_eq!(header(delivery, "cloudEvents_correlationid"), cause, "conversation");
        ensure_eq!(delivery.routing_key, "order.paid.v1", "routing key");
    }
    reader.quiet().await?;
    stop(service).await
}

async fn same_ids_again(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let tap = lab.tap("order.paid.*").await?;
    let service = lab.start(lab.service(&probe).handle::<Played<Pays>>()).await?;
    let mut reader = lab.read(&tap, 10).await?;
    let mut seen = Vec::new();
    let event = Placed { n: 1 };
    let (one, other) = (EventId::new(), EventId::derived("elsewhere", "1"));
    for cause in [&one, &one, &other] {
        service.publisher().publish_as(cause, &event).await?;
        let ids: Vec<_> = reader
            .take_acked(3)
            .await?
            .iter()
            .map(|paid| id(paid).to_owned())
            .collect();
        seen.push(ids);
    }
    ensure_eq!(seen[0], seen[1], "ids of the same event handled twice");
    ensure!(
        seen[2].iter().all(|id| !seen[0].contains(id)),
        "another event published the same ids"
    );
    stop(service).await
}

struct EmitsAndFails;

impl Play for EmitsAndFails {
    type Takes = Placed;
    type Gives = Option<Paid>;

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<Option<Paid>, Failed> {
        let running = probe.begin(event.n, call);
        let emit = Emit::<Paid>::take(&Nothing, call);
        for part in 0..2 {
            let sent = emit.send(&Paid { n: part }).await;
            sent.map_err(|_| failed(Class::Poison, "not_published"))?;
        }
        if call.attempt < 3 {
            return Err(failed(Class::Retry, "half_way"));
        }
        running.end();
        Ok(Some(Paid { n: 9 }))
    }
}

async fn part_way(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let tap = lab.tap("order.paid.*").await?;
    let service = lab.start(lab.service(&probe).handle::<Played<EmitsAndFails>>()).await?;
    place(&service, [1]).await?;
    let mut reader = lab.read(&tap, 10).await?;
    let paid = reader.take_acked(7).await?;
    let ids: Vec<_> = paid.iter().map(id).collect();
    ensure_eq!(ids[..2], ids[2..4], "ids of the second attempt");
    ensure_eq!(ids[..2], ids[4..6], "ids of the third attempt");
    ensure_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 3, "different ids");
    ensure_eq!(body(&paid[6]), r#"{"n":9}"#, "what was returned in the end");
    reader.quiet().await?;
    stop(service).await
}

struct Notes;

impl Play for Notes {
    type Takes = Placed;
    type Gives = Noted;

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<Noted, Failed> {
        probe.begin(event.n, call).end();
        Ok(Noted { n: event.n })
    }
}

async fn unrouted(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Notes>>()).await?;
    let nobody = service.publisher().publish(&Paid { n: 1 }).await;
    ensure!(
        matches!(nobody, Err(PublishError::Unroutable { .. })),
        "publishing what nobody takes: {nobody:?}"
    );
    service.publisher().publish(&Noted { n: 2 }).await?;
    place(&service, [3]).await?;
    let mut kept = lab.read(&lab.names.unrouted(), 10).await?;
    ensure_eq!(kept.bodies(2).await?, [r#"{"n":2}"#, r#"{"n":3}"#], "kept");
    kept.quiet().await?;
    stop(service).await
}
