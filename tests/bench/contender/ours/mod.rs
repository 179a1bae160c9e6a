//! Our own rows.

mod consume;
mod dispatch;
mod effects;
mod idle;
pub(crate) mod letters;
mod load;
mod ordered;
mod outbox;
mod prepared;
mod publish;
mod relay;
mod service;
mod transit;

pub(crate) use consume::{Drained, Spread};
pub(crate) use dispatch::Dispatched;
pub(crate) use effects::{Alone, Grouped, SetBased};
pub(crate) use idle::Sleeper;
pub(crate) use ordered::{Job, Order};
pub(crate) use outbox::Relayed;
pub(crate) use publish::{Batches, OneByOne};
pub(crate) use transit::InProcess;
