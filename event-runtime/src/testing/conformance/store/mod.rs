//! What a store promises.

mod desk;
mod inbox;
mod lease;
mod line;
mod outbox;
mod quarantine;

pub(super) use desk::Desk;

use super::Check;

pub(super) const CHECKS: [&[Check]; 5] = [
    inbox::CHECKS,
    line::CHECKS,
    outbox::CHECKS,
    quarantine::CHECKS,
    lease::CHECKS,
];
