//! One file for each table.

pub(crate) mod consume;
pub(crate) mod publish;
