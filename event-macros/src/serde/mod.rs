//! What serde makes of a type on the wire. Mistakes in `#[serde(..)]` are serde's to report.

mod case;
mod container;
mod field;
mod names;
mod read;
mod variant;

pub(crate) use case::Rule;
pub(crate) use container::Container;
pub(crate) use field::{Field, SkipIf};
pub(crate) use names::{Names, Rules};
pub(crate) use variant::Variant;
