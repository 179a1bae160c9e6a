//! Switches that make the bus fail on purpose.

use super::bus::Bus;
use crate::transport::Health;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What is switched on.
#[derive(Default)]
pub(super) struct Switches {
    pub(super) blocked: Option<String>,
    pub(super) lost_confirms: usize,
    pub(super) confirm_delay: Duration,
}

impl Switches {
    pub(super) fn health(&self) -> Health {
        self.blocked.clone().map_or(Health::Up, Health::Blocked)
    }
}

/// Makes a memory bus fail on purpose; from [`MemoryTransport::faults`](super::MemoryTransport::faults).
///
/// ```
/// # use event_runtime::transport::{Health, Transport, memory::MemoryTransport};
/// let bus = MemoryTransport::new();
/// bus.faults().block("disk alarm");
/// assert_eq!(*bus.health().borrow(), Health::Blocked("disk alarm".into()));
/// bus.faults().unblock();
/// assert_eq!(*bus.health().borrow(), Health::Up);
/// ```
#[derive(Clone)]
pub struct Faults {
    bus: Arc<Bus>,
}

impl Faults {
    pub(super) fn new(bus: Arc<Bus>) -> Self {
        Self { bus }
    }

    /// Refuses every message, as a broker does that is short of memory or disk. Consuming goes on.
    pub fn block(&self, reason: impl Into<String>) {
        self.set_blocked(Some(reason.into()));
    }

    /// Takes messages again.
    pub fn unblock(&self) {
        self.set_blocked(None);
    }

    fn set_blocked(&self, reason: Option<String>) {
        let mut state = self.bus.lock();
        state.faults.blocked = reason;
        state.announce_health();
    }

    /// Stores the next `count` messages, but answers that their outcome is unknown.
    pub fn lose_confirms(&self, count: usize) {
        self.bus.lock().faults.lost_confirms = count;
    }

    /// Answers every publish `delay` later.
    pub fn delay_confirms(&self, delay: Duration) {
        self.bus.lock().faults.confirm_delay = delay;
    }

    /// Ends every session of every connection, as a lost connection does; consuming again works at once.
    pub fn end_sessions(&self, reason: &str) {
        self.bus.change(|state| state.end_sessions(|_| true, reason));
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.bus.lock();
        f.debug_struct("Faults")
            .field("blocked", &state.faults.blocked)
            .field("lost_confirms", &state.faults.lost_confirms)
            .field("confirm_delay", &state.faults.confirm_delay)
            .finish()
    }
}
