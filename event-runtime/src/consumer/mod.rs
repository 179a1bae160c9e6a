//! Delivery, handler, outcome, settlement.

pub(crate) mod header;
