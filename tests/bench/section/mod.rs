//! One file for each table.

pub(crate) mod compile;
pub(crate) mod consume;
pub(crate) mod dead_letters;
pub(crate) mod dispatch;
pub(crate) mod effects;
pub(crate) mod handlers;
pub(crate) mod idle;
pub(crate) mod latency;
pub(crate) mod memory;
pub(crate) mod order;
pub(crate) mod outbox;
pub(crate) mod publish;
