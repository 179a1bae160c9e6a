//! The checks of a service on a transport: handlers, retries, dead letters, shutdown.

mod emitting;
mod failing;
mod handling;
mod lifecycle;
mod play;
mod refusing;
mod stage;

use super::Check;

pub(super) const CHECKS: &[&[Check]] = &[
    handling::CHECKS,
    failing::CHECKS,
    refusing::CHECKS,
    emitting::CHECKS,
    lifecycle::CHECKS,
];
