//! What becomes of an event that has failed for good, and of its key.

use super::copy::{self, Death};
use super::history::History;
use super::hold::publish_copy;
use super::{Shared, alarm, buried, line};
use crate::handler::{Handler, OnPoison, Received};

/// Takes an event to its end that no attempt will help: `true` when it may be acked.
pub(super) async fn poison<H: Handler>(
    shared: &Shared,
    received: &Received<'_>,
    history: &History,
    death: &Death<'_>,
) -> bool {
    match (shared.options.on_poison(), &shared.durable) {
        (OnPoison::Skip, _) => bury::<H>(shared, received, history, death).await,
        (OnPoison::Hold, Some(durable)) => line::hold::<H>(shared, durable, received, history, death).await,
        // Holding without a store is stopping.
        (OnPoison::Hold | OnPoison::Stop, _) => {
            stop(shared, received, death);
            false
        }
    }
}

/// The event stays on the broker, and everything behind it.
fn stop(shared: &Shared, received: &Received<'_>, death: &Death<'_>) {
    let (id, type_name) = (&received.attributes.id, received.attributes.type_name());
    tracing::error!(
        handler = shared.handler,
        event_id = %id,
        event_type = %type_name,
        reason = death.reason,
        error = death.error,
        "the handler stops: this event has failed for good, and nothing may overtake it"
    );
    shared.stop(format!(
        "stopped at event {id} ({type_name}), which has failed for good ({}): {}; mend it and start the service again, or \
         say `on_poison = \"skip\"`",
        death.reason, death.error
    ));
}

async fn bury<H: Handler>(shared: &Shared, received: &Received<'_>, history: &History, death: &Death<'_>) -> bool {
    tracing::error!(
        handler = shared.handler,
        event_id = %received.attributes.id,
        event_type = %received.attributes.type_name(),
        correlation_id = %received.attributes.correlation(),
        attempts = history.attempts,
        reason = death.reason,
        error = death.error,
        "dead letter"
    );
    let safe = publish_copy(shared, copy::dead(shared, received.delivery, history, death)).await;
    if safe {
        shared.stats.dead(death.reason);
        alarm::raise(shared, received.delivery, history, death);
    }
    safe && buried::write::<H>(shared, received, death.reason).await
}
