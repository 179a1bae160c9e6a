//! Raw lapin doing the same job, at its best and as people write it.

mod acker;
mod consume;
mod idle;
mod inlet;
mod outlet;
mod publish;
mod relay;

pub(crate) use consume::Drain;
pub(crate) use idle::Resident;
pub(crate) use inlet::Style;
pub(crate) use outlet::Outlet;
pub(crate) use publish::{AwaitEachConfirm, AwaitEachPublish, Windows};
