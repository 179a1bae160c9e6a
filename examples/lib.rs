//! The examples of `event-runtime`. `cargo run --example order_workflow` is the one to begin with.

mod database;

pub use database::Database;
