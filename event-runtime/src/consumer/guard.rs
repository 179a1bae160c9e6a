//! The user's code runs in here: what it breaks stays broken in here.

use crate::failure::{Class, Failed};
use futures_util::poll;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tracing::Span;

/// Runs `work` in `span` until it is done, or `limit` after `started`. A panic ends here, also one of a value that is
/// dropped because the time is up.
///
/// The work stays where it is: moving it costs more than all the rest.
pub(super) async fn guard<F: Future>(
    mut work: Pin<&mut Option<F>>,
    span: &Span,
    started: Instant,
    limit: Duration,
) -> Result<F::Output, Failed> {
    let mut running = std::future::poll_fn(|cx| match work.as_mut().as_pin_mut() {
        Some(work) => match catch_unwind(AssertUnwindSafe(|| span.in_scope(|| work.poll(cx)))) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        },
        None => Poll::Pending,
    });
    // Most calls are done at once and need no timer.
    let ended = match poll!(&mut running) {
        Poll::Ready(ended) => Some(ended),
        Poll::Pending => timeout(limit.saturating_sub(started.elapsed()), running).await.ok(),
    };
    let dropped = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| work.set(None))));
    match (ended, dropped) {
        (Some(Ok(output)), Ok(())) => Ok(output),
        (Some(Err(panic)), _) | (Some(Ok(_)), Err(panic)) => Err(panicked(panic)),
        (None, Ok(())) => Err(timed_out(limit)),
        (None, Err(panic)) => {
            discard(panic);
            Err(timed_out(limit))
        }
    }
}

fn timed_out(limit: Duration) -> Failed {
    Failed::new(
        Class::Retry,
        "timeout",
        format!("the handler took longer than {limit:?}"),
    )
}

fn panicked(panic: Box<dyn Any + Send>) -> Failed {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let error = format!("the handler panicked: {text}");
    discard(panic);
    Failed::new(Class::Retry, "panic", error)
}

/// A panic's value is the user's as well: its `Drop` may panic in turn, and then it is left alone.
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(another);
    }
}
