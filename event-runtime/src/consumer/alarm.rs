//! The first dead letter of its kind is an alarm: a log line with everything, a figure, a webhook.

use super::Shared;
use super::copy::{Death, fingerprint};
use super::history::History;
use crate::alert::Alert;
use crate::envelope::Attributes;
use crate::transport::Delivery;

/// After the dead letter is safe. Returns at once.
pub(super) fn raise(shared: &Shared, delivery: &Delivery, history: &History, death: &Death<'_>) {
    let fingerprint = fingerprint(shared.handler, death).to_string();
    if !shared.alerts.is_first(&fingerprint) {
        return;
    }
    shared.stats.alerts.add(1);
    let mut room = None;
    let read = Attributes::read(&delivery.message, &mut room, &delivery.routing_key, true).ok();
    let read = read.as_ref();
    let alert = Alert {
        text: String::new(),
        service: shared.names.service().to_owned(),
        handler: shared.handler.to_owned(),
        reason: death.reason.to_owned(),
        code: death.code.to_owned(),
        fingerprint,
        event_type: read.map(Attributes::type_name),
        event_id: read.map(|read| read.id.to_string()),
        correlation_id: read.map(|read| read.correlation().to_string()),
        trace_id: read.and_then(|read| Some(read.trace?.trace_id().to_string())),
        attempts: history.attempts,
        host: shared.host.clone(),
        build: shared.build.clone(),
        at: super::copy::now().to_string(),
    };
    let alert = Alert {
        text: format!(
            "{}: `{}` has a dead letter of a new kind: {}, {} ({}); `dlq show {}` tells more",
            alert.service,
            alert.handler,
            alert.reason,
            alert.code,
            alert.event_type.as_deref().unwrap_or("of no type"),
            alert.event_id.as_deref().unwrap_or("ID")
        ),
        ..alert
    };
    let attempts = serde_json::to_string(&history.last).unwrap_or_default();
    tracing::error!(
        handler = shared.handler,
        event_id = alert.event_id,
        event_type = alert.event_type,
        correlation_id = alert.correlation_id,
        trace_id = alert.trace_id,
        reason = death.reason,
        code = death.code,
        error = death.error,
        fingerprint = alert.fingerprint,
        attempts = alert.attempts,
        history = attempts,
        host = alert.host,
        build = alert.build,
        "the first dead letter of its kind"
    );
    shared.alerts.tell(&alert);
}
