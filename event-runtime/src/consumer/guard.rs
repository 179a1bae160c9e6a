//! The user's code runs in here: what it breaks stays broken in here.

use crate::failure::{Class, Failed};
use futures_util::FutureExt as _;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Runs `work` for at most `limit`. A panic ends here, also one of a value that is dropped because the time is up.
pub(super) async fn guard<T>(work: impl Future<Output = T>, limit: Duration) -> Result<T, Failed> {
    let mut work = pin!(Some(AssertUnwindSafe(work).catch_unwind()));
    let running = std::future::poll_fn(|cx| match work.as_mut().as_pin_mut() {
        Some(work) => work.poll(cx),
        None => Poll::Pending,
    });
    let ended = tokio::time::timeout(limit, running).await;
    let dropped = catch_unwind(AssertUnwindSafe(|| work.as_mut().set(None)));
    match (ended, dropped) {
        (Ok(Ok(output)), Ok(())) => Ok(output),
        (Ok(Err(panic)), _) | (Ok(Ok(_)), Err(panic)) => Err(panicked(panic)),
        (Err(_), Ok(())) => Err(timed_out(limit)),
        (Err(_), Err(panic)) => {
            discard(panic);
            Err(timed_out(limit))
        }
    }
}

fn timed_out(limit: Duration) -> Failed {
    Failed {
        class: Class::Retry,
        code: "timeout",
        error: format!("the handler took longer than {limit:?}"),
    }
}

fn panicked(panic: Box<dyn Any + Send>) -> Failed {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let error = format!("the handler panicked: {text}");
    discard(panic);
    Failed {
        class: Class::Retry,
        code: "panic",
        error,
    }
}

/// A panic's value is the user's as well: its `Drop` may panic in turn, and then it is left alone.
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(another);
    }
}
