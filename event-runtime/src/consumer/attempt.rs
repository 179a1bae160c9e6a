use super::Shared;
use super::durable::{self, Counts, Done, Durable};
use super::guard::guard;
use crate::envelope::{Cause, DecodeError, Trace};
use crate::failure::{Class, Failed};
use crate::handler::{Call, Handler, Input, Output, Received};
use crate::publisher::Outbound;
use crate::transport::PublishError;
use std::pin::pin;
use std::sync::Mutex;
use tokio::time::Instant;
use tracing::Instrument as _;

/// How one attempt ended.
pub(crate) enum Ended {
    /// The handler is done with so many events, and what it returned is published or will be.
    Well(Counts),
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
    if let Some(durable) = &shared.durable {
        return Box::pin(once::<H>(shared, durable, needs, received, attempt)).await;
    }
    let first = &received[0].attributes;
    let trace = first.trace.unwrap_or_else(Trace::start).child();
    let span = span(shared, received, &trace, attempt);
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
            transaction: Mutex::new(None),
            sink: None,
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
        return well(received.len());
    }
    // Boxed, so that calls that publish nothing do not carry its size.
    Box::pin(publish(shared, &outbound, received.len()).instrument(span)).await
}

fn well(handled: usize) -> Ended {
    Ended::Well(Counts {
        handled: handled as u64,
        ..Counts::default()
    })
}

/// One attempt of an idempotent handler.
async fn once<H: Handler>(
    shared: &Shared,
    durable: &Durable,
    needs: &H::Needs,
    received: &[Received<'_>],
    attempt: u32,
) -> Ended {
    match durable::run::<H>(shared, durable, needs, received, &vec![attempt; received.len()]).await {
        Done::Committed(counts) => Ended::Well(counts),
        Done::Failed { failed, .. } => Ended::Failed(failed),
        Done::Undecodable { error, .. } => Ended::Undecodable(error),
        Done::Singly | Done::GivenUp => Ended::GivenUp,
    }
}

/// What every line that is logged in a call says about it.
pub(super) fn span(shared: &Shared, received: &[Received<'_>], trace: &Trace, attempt: u32) -> tracing::Span {
    let first = &received[0].attributes;
    // Of the highest level, so that the fields are there whatever lines a subscriber wants.
    tracing::error_span!(
        "handle",
        handler = shared.handler,
        event_id = %first.id,
        event_type = %format_args!("{}.{}", first.name, first.version),
        correlation_id = %first.correlation(),
        trace_id = %trace.trace_id(),
        attempt,
        events = received.len(),
    )
}

/// Publishes until the broker has everything: the function is not called again for what the broker could not take.
async fn publish(shared: &Shared, outbound: &Outbound<'_>, events: usize) -> Ended {
    let mut wait = super::hold::Wait::new();
    loop {
        match outbound.send().await {
            Ok(()) => return well(events),
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

pub(super) fn unpublishable(error: &PublishError) -> Failed {
    let class = match error {
        PublishError::Unroutable { .. } | PublishError::Refused => Class::Retry,
        _ => Class::Poison,
    };
    Failed::new(
        class,
        "publish",
        format!("cannot publish what the handler returned: {error}"),
    )
}
