use super::Shared;
use crate::failpoint;
use crate::message::Outgoing;
use std::time::Duration;

/// The waits of something that is tried until it works, the session is over or the service stops.
pub(crate) struct Wait {
    next: Duration,
    longest: Duration,
}

impl Wait {
    pub(crate) fn new() -> Self {
        Self {
            next: Duration::from_millis(100),
            longest: Duration::from_secs(5),
        }
    }

    /// For what others are in the way of, but not for long.
    pub(crate) fn short() -> Self {
        Self {
            next: Duration::from_millis(10),
            longest: Duration::from_secs(1),
        }
    }

    /// Waits; `false` when there is no point in going on.
    pub(crate) async fn next(&mut self, shared: &Shared) -> bool {
        let wait = self.next.mul_f64(0.5 + fastrand::f64() / 2.0);
        self.next = (self.next * 2).min(self.longest);
        shared.sleep(wait).await
    }
}

/// Publishes a copy, holding its original, until the broker has it. `false`: it has not, keep the original unsettled.
///
/// Dying right after the copy is confirmed leaves copy and original: both carry the same event id.
pub(crate) async fn publish_copy(shared: &Shared, copy: Outgoing) -> bool {
    let mut wait = Wait::new();
    failpoint::hit(failpoint::BEFORE_COPY);
    loop {
        match shared.publisher.forward(copy.clone()).await {
            Ok(()) => {
                failpoint::hit(failpoint::AFTER_COPY);
                return true;
            }
            Err(error) => {
                tracing::error!(%error, to = %copy.exchange, "cannot move the event; holding it");
                if !wait.next(shared).await {
                    return false;
                }
            }
        }
    }
}
