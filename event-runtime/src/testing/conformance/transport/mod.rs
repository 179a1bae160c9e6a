//! The checks of a bare transport.

mod archive;
mod delay;
mod lifecycle;
mod publishing;
mod redelivery;
mod routing;
mod settling;
mod sharing;
mod spreading;
mod topology;

use super::Check;

pub(super) const CHECKS: &[&[Check]] = &[
    routing::CHECKS,
    spreading::CHECKS,
    publishing::CHECKS,
    settling::CHECKS,
    redelivery::CHECKS,
    sharing::CHECKS,
    delay::CHECKS,
    archive::CHECKS,
    topology::CHECKS,
    lifecycle::CHECKS,
];
