//! The names, versions and shapes that event contracts are made of.
//!
//! The macros at compile time, the runtime and the command line all call this crate, so that each rule exists once.
//! Without features it has no dependencies, and most of it works in constants.

mod check;
mod committed;
pub mod compare;
mod contract;
pub mod file;
mod hash;
#[cfg(feature = "json")]
pub mod json;
mod name;
mod order;
mod schema;
mod shape;
mod suggest;
mod text;
mod version;

pub use check::{
    check_contract, check_member, check_reach, check_retired, check_same_event, check_shape, check_upcast, check_view,
};
pub use committed::{Allowed, Committed, Reader, Status};
pub use contract::{Contract, Unrouted};
pub use hash::hash;
pub use name::{MAX_NAME, MAX_WORD, NameError, check_event_name, check_word};
pub use order::{check_ordered_by, check_sequenced};
pub use schema::Schema;
pub use shape::{
    Absent, Choice, Field, Field as ShapeField, Float, Integer, Object, Shape, Tagging, Unknown, Variant, Written,
    flattened, sorted,
};
pub use suggest::suggest;
pub use version::{Version, split_type};
