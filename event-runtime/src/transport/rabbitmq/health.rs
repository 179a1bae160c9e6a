//! One health out of two connections.

use crate::transport::Health;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Publish,
    Consume,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Consume => "consume",
        }
    }
}

/// The health of both connections; one that was never asked for says nothing.
#[derive(Debug)]
pub(super) struct Board {
    both: Mutex<[Option<Health>; 2]>,
    out: watch::Sender<Health>,
}

impl Board {
    pub(super) fn new() -> Self {
        Self {
            both: Mutex::default(),
            out: watch::Sender::new(Health::Connecting),
        }
    }

    pub(super) fn report(&self, role: Role, health: Health) {
        let mut both = self.both.lock().unwrap_or_else(PoisonError::into_inner);
        both[role as usize] = Some(health);
        let worst = both.iter().flatten().max_by_key(|health| gravity(health));
        if let Some(worst) = worst {
            self.out.send_if_modified(|shown| {
                let changed = shown != worst;
                shown.clone_from(worst);
                changed
            });
        }
    }

    /// For good.
    pub(super) fn closed(&self) {
        self.report(Role::Publish, Health::Closed);
        self.report(Role::Consume, Health::Closed);
    }

    pub(super) fn watch(&self) -> watch::Receiver<Health> {
        self.out.subscribe()
    }

    pub(super) fn of(&self, role: Role) -> Option<Health> {
        self.both.lock().unwrap_or_else(PoisonError::into_inner)[role as usize].clone()
    }
}

fn gravity(health: &Health) -> u8 {
    match health {
        Health::Up => 0,
        Health::Blocked(_) => 1,
        Health::Connecting => 2,
        Health::Down(_) => 3,
        Health::Closed => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_one_is_shown() {
        let board = Board::new();
        let shown = board.watch();
        assert_eq!(*shown.borrow(), Health::Connecting);
        board.report(Role::Publish, Health::Up);
        assert_eq!(*shown.borrow(), Health::Up);
        board.report(Role::Consume, Health::Down("gone".into()));
        assert_eq!(*shown.borrow(), Health::Down("gone".into()));
        board.report(Role::Consume, Health::Up);
        board.report(Role::Publish, Health::Blocked("memory".into()));
        assert_eq!(*shown.borrow(), Health::Blocked("memory".into()));
        board.closed();
        assert_eq!(*shown.borrow(), Health::Closed);
    }
}
