use super::Shared;
use crate::envelope::{Cause, DecodeError, Trace};
use crate::failure::{Class, Failed};
use crate::handler::{Call, Handler, Input, Output, Received};
use crate::publisher::Outbound;
use crate::transport::PublishError;
use futures_util::FutureExt as _;
use std::any::Any;
use std::panic::AssertUnwindSafe;
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
) -> Ended {
    let first = &received[0].attributes;
    let trace = first.trace.unwrap_or_else(Trace::start).child();
    let span = tracing::info_span!(
        "handle",
        handler = shared.handler,
        event_id = %first.id,
        event_type = %format_args!("{}.{}", first.name, first.version),
        correlation_id = %first.correlation(),
        trace_id = %trace.trace_id(),
        attempt,
        events = received.len(),
    );
    let work = async {
        // Decoding may run the user's own `Deserialize`: it panics inside the guard as well.
        let input = H::Input::read(received).map_err(Ended::Undecodable)?;
        let call = Call {
            received,
            handler: shared.handler,
            attempt,
            attempts: shared.options.retry.attempts,
            publisher: &shared.publisher,
            trace,
        };
        H::call(input, needs, &call).await.map_err(Ended::Failed)
    };
    let guarded = AssertUnwindSafe(work.instrument(span.clone())).catch_unwind();
    let output = match tokio::time::timeout(shared.options.timeout, guarded).await {
        Ok(Ok(Ok(output))) => output,
        Ok(Ok(Err(ended))) => return ended,
        Ok(Err(panic)) => return Ended::Failed(panicked(panic.as_ref())),
        Err(_) => return Ended::Failed(timed_out(shared)),
    };
    let cause = Cause {
        id: &first.id,
        correlation_id: first.correlation_id.as_deref(),
        trace,
        trace_state: first.trace_state.as_deref(),
    };
    let mut outbound = Outbound::new(&shared.publisher, shared.handler, cause);
    match output.emit(&mut outbound) {
        Ok(()) if outbound.is_empty() => Ended::Well,
        Ok(()) => publish(shared, &outbound).instrument(span).await,
        Err(error) => Ended::Failed(unpublishable(&error)),
    }
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

fn timed_out(shared: &Shared) -> Failed {
    Failed {
        class: Class::Retry,
        code: "timeout",
        error: format!("the handler took longer than {:?}", shared.options.timeout),
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Failed {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Failed {
        class: Class::Retry,
        code: "panic",
        error: format!("the handler panicked: {text}"),
    }
}
