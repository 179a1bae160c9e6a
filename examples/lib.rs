//! The examples of `event-runtime`. `cargo run --example order_workflow` is the one to begin with.

mod database;

pub use database::Database;

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// So does the code in the guide and in the guarantees.
#[cfg(doctest)]
#[doc = include_str!("../docs/guide.md")]
#[doc = include_str!("../docs/guarantees.md")]
pub struct Docs;
