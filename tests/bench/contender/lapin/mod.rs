//! Raw lapin doing the same job, at its best and as people write it.

mod acker;
mod consume;
mod effects;
mod idle;
mod inlet;
mod outbox;
mod outlet;
mod publish;
mod relay;

pub(crate) use consume::Drain;
pub(crate) use effects::{Twin, Writes};
pub(crate) use idle::Resident;
pub(crate) use inlet::Style;
pub(crate) use outbox::Paged;
pub(crate) use outlet::{Outlet, confirm_all};
pub(crate) use publish::{AwaitEachConfirm, AwaitEachPublish, Windows};
