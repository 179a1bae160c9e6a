//! Message time-outs: one timer per queue, for its first message, while there is one.

use super::bus::{Bus, QueueId, State};
use std::sync::{Arc, Weak};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Ends with its queue.
pub(super) struct Timer(JoinHandle<()>);

impl Timer {
    pub(super) fn is_running(&self) -> bool {
        !self.0.is_finished()
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Bus {
    /// Starts the timer of `queue`, unless it runs; without a runtime, the next change of the queue does.
    pub(super) fn arm(self: &Arc<Self>, state: &mut State, queue: QueueId) {
        let bus = Arc::downgrade(self);
        if let (Some(found), Ok(runtime)) = (state.queue(queue), Handle::try_current())
            && !found.is_timed()
        {
            found.timer = Some(Timer(runtime.spawn(run(bus, queue))));
        }
    }

    /// Dead-letters what has expired; says when the next one does. `None` ends the timer.
    fn expire(self: &Arc<Self>, queue: QueueId) -> Option<Instant> {
        self.change(|state| {
            let found = state.queue(queue)?;
            let expired = found.expired(Instant::now());
            let to = found.model.dead_letter.clone();
            let next = found.first_expiry();
            if next.is_none() {
                // Dropping the handle of the running task cuts it at its next await, and there is none.
                found.timer = None;
            }
            state.dead_letter(queue, to.as_ref(), expired);
            next
        })
    }
}

/// Holds the bus only while it works, so that a bus nobody uses can go.
async fn run(bus: Weak<Bus>, queue: QueueId) {
    while let Some(next) = bus.upgrade().and_then(|bus| bus.expire(queue)) {
        tokio::time::sleep_until(next).await;
    }
}
