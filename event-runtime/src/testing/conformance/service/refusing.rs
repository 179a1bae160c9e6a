//! What no handler should see never reaches one.

use super::play::{Placed, Play, Played, Probe};
use super::stage::{letters, place, stop};
use crate::dead_letter::DeadLetter;
use crate::envelope::EventId;
use crate::failure::Failed;
use crate::handler::Call;
use crate::message::property;
use crate::service::{Handle as _, Running};
use crate::testing::conformance::Check;
use crate::testing::conformance::lab::{Lab, message};
use crate::testing::conformance::verdict::{Verdict, check, ensure_eq};

pub(super) const CHECKS: &[Check] = &[
    check!(
        unknown_version,
        "an event of a version nobody here reads is a dead letter at once: `unknown_contract`"
    ),
    check!(
        malformed,
        "a body that is not the event is a dead letter at once, its bytes as they came"
    ),
    check!(
        not_a_cloudevent,
        "a message that is no CloudEvent is a dead letter at once"
    ),
    check!(
        foreign_routing_key,
        "a type that does not go with its routing key is a dead letter at once"
    ),
];

struct Takes;

impl Play for Takes {
    type Takes = Placed;
    type Gives = ();

    async fn play(event: Placed, probe: &Probe, call: &Call<'_>) -> Result<(), Failed> {
        probe.begin(event.n, call).end();
        Ok(())
    }
}

/// What was published is the only dead letter, and the next event is the first one handled.
async fn refused(service: Running, probe: &Probe, reason: &str) -> Verdict<DeadLetter> {
    let letter = letters(&service, "h", 1).await?.remove(0);
    ensure_eq!((&*letter.reason, letter.attempts), (reason, 0), "reason and attempts");
    place(&service, [7]).await?;
    probe.called(1).await?;
    stop(service).await?;
    ensure_eq!(probe.events(), [7], "calls");
    Ok(letter)
}

async fn unknown_version(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    let id = EventId::new();
    service
        .publisher()
        .publish_raw(&id, "order.placed.v9", None, r#"{"n":1}"#)
        .await?;
    let letter = refused(service, &probe, "unknown_contract").await?;
    ensure_eq!(letter.event_type, "order.placed.v9", "type");
    ensure_eq!(letter.id, Some(id.to_string()), "id");
    Ok(())
}

async fn malformed(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    let body = b"{\"n\": \xff\xfe\x00";
    let id = EventId::new();
    service
        .publisher()
        .publish_raw(&id, "order.placed.v1", Some("k"), body.to_vec())
        .await?;
    let letter = refused(service, &probe, "malformed").await?;
    ensure_eq!(&letter.message.body[..], body, "body");
    ensure_eq!(letter.key.as_deref(), Some("k"), "key");
    Ok(())
}

async fn not_a_cloudevent(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    let mut sent = message(&lab.names.bus, "order.placed.v1", r#"{"n":1}"#);
    sent.message.headers.push("x-other", "kept");
    for answer in lab.publish(vec![sent]).await? {
        answer?;
    }
    let letter = refused(service, &probe, "not_a_cloudevent").await?;
    ensure_eq!(letter.message.headers.get("x-other"), Some("kept"), "its header");
    Ok(())
}

async fn foreign_routing_key(lab: &Lab) -> Verdict {
    let probe = Probe::default();
    let service = lab.start(lab.service(&probe).handle::<Played<Takes>>()).await?;
    let mut sent = message(&lab.names.bus, "order.placed.v1", r#"{"n":1}"#);
    let id = EventId::new().to_string();
    let headers = &mut sent.message.headers;
    headers.push(property::TYPE, "order.refunded.v1");
    for (name, value) in [
        ("cloudEvents_specversion", "1.0"),
        ("cloudEvents_id", &*id),
        ("cloudEvents_source", "mallory"),
        ("cloudEvents_type", "order.refunded.v1"),
    ] {
        headers.push(name, value);
    }
    for answer in lab.publish(vec![sent]).await? {
        answer?;
    }
    refused(service, &probe, "foreign_routing_key").await?;
    Ok(())
}
