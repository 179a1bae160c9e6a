//! The names, versions and shapes that event contracts are made of.
//!
//! The macros at compile time, the runtime and the command line all call this crate, so that each rule exists once.
//! It has no dependencies and most of it works in constants.

mod check;
mod contract;
mod name;
mod text;
mod version;

pub use check::{check_member, check_upcast};
pub use contract::{Contract, Field, Unrouted};
pub use name::{MAX_NAME, MAX_WORD, NameError, check_event_name, check_word};
pub use version::{Version, split_type};
