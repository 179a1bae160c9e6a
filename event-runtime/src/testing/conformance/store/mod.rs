//! What a store promises.

mod desk;
mod inbox;
mod lease;
mod outbox;
mod quarantine;

pub(super) use desk::Desk;

use super::Check;

pub(super) const CHECKS: [&[Check]; 4] = [inbox::CHECKS, outbox::CHECKS, quarantine::CHECKS, lease::CHECKS];
