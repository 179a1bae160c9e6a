use super::Shared;
use super::guard::guard;
use crate::envelope::{Cause, DecodeError, Trace};
use crate::failure::{Class, Failed};
use crate::handler::{Call, Handler, Input, Output, Received};
use crate::publisher::Outbound;
use crate::transport::PublishError;
use std::pin::pin;
use tokio::time::Instant;
use tracing::Instrument as _;

/// How one attempt ended.
pub(crate) enum Ended {
    /// The handler is done and what it returned is published.
    Well,
    Failed(Failed),
    /// A delivery is not what it says it is.
    Undecodable(DecodeError),
    /// The outputs are not published and will not be: the session is over, or the service stops.
    GivenUp,
}

/// Decodes, calls the function under its deadline, publishes what it returns.
pub(crate) async fn attempt<H: Handler>(
    shared: &Shared,
    needs: &H::Needs,
    received: &[Received<'_>],
    attempt: u32,
    started: Instant,
) -> Ended {
    let first = &received[0].attributes;
    let trace = first.trace.unwrap_or_else(Trace::start).child();
    // Of the highest level, so that the fields are there whatever lines a subscriber wants.
    let span = tracing::error_span!(
        "handle",
        handler = shared.handler,
        event_id = %first.id,
        event_type = %format_args!("{}.{}", first.name, first.version),
        correlation_id = %first.correlation(),
        trace_id = %trace.trace_id(),
        attempt,
        events = received.len(),
    );
    let cause = Cause {
        id: &first.id,
        correlation_id: first.correlation_id,
        trace,
        trace_state: first.trace_state,
    };
    let mut work = pin!(Some(async {
        // Decoding runs the user's own `Deserialize`, writing the output the user's own `Serialize`.
        let input = H::Input::read(received).map_err(Ended::Undecodable)?;
        let call = Call {
            received,
            handler: shared.handler,
            attempt,
            attempts: shared.options.retry.attempts,
            publisher: &shared.publisher,
            trace,
        };
        let output = H::call(input, needs, &call).await.map_err(Ended::Failed)?;
        let mut outbound = Outbound::new(&shared.publisher, shared.handler, cause);
        output
            .emit(&mut outbound)
            .map_err(|error| Ended::Failed(unpublishable(&error)))?;
        Ok(outbound)
    }));
    let outbound = match guard(work.as_mut(), &span, started, shared.options.timeout).await {
        Ok(Ok(outbound)) => outbound,
        Ok(Err(ended)) => return ended,
        Err(failed) => return Ended::Failed(failed),
    };
    if outbound.is_empty() {
        return Ended::Well;
    }
    // Boxed, so that calls that publish nothing do not carry its size.
    Box::pin(publish(shared, &outbound).instrument(span)).await
}

/// Publishes until the broker has everything: the function is not called again for what the broker could not take.
async fn publish(shared: &Shared, outbound: &Outbound<'_>) -> Ended {
    let mut wait = super::hold::Wait::new();
    loop {
        match outbound.send().await {
            Ok(()) => return Ended::Well,
            Err(error @ (PublishError::Unknown { .. } | PublishError::Blocked(_))) => {
                tracing::warn!(%error, "cannot publish what the handler returned; holding the event");
                if !wait.next(shared).await {
                    return Ended::GivenUp;
                }
            }
            Err(PublishError::Closed) => return Ended::GivenUp,
            Err(error) => return Ended::Failed(unpublishable(&error)),
        }
    }
}

fn unpublishable(error: &PublishError) -> Failed {
    let class = match error {
        PublishError::Unroutable { .. } | PublishError::Refused => Class::Retry,
        _ => Class::Poison,
    };
    Failed {
        class,
        code: "publish",
        error: format!("cannot publish what the handler returned: {error}"),
    }
}
