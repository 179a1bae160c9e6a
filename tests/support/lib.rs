//! Shared fixtures of the integration tests.
//!
//! | module | gives |
//! |---|---|
//! | [`broker`] | the shared RabbitMQ that most tests use, required loudly |
//! | [`database`] | a private schema in the shared PostgreSQL, private SQLite files |
//! | [`node`] | a private RabbitMQ node that a test may kill and restart |
//! | [`proxy`] | a TCP proxy that cuts, holds, slows and resets connections |
//! | [`garble`] | a way to the broker for texts that are not UTF-8 |
//! | [`journal`] | what happened, written outside the system under test |
//! | [`audit`] | what a journal proves: lost, unexpected, repeated, out of order |
//! | [`child`] | a child process that a test may kill |
//! | [`work`] | events, and handlers that write what they do to a journal |
//! | [`example`] | the program of the example, built |
//! | [`name`], [`wait`] | private names; waiting for a condition |
//! | [`TempDir`] | a directory that is removed with its owner |
//!
//! A fixture that cannot do its work panics with the reason and the way out: a
//! test that needs something fails without it, and is never skipped.

pub mod audit;
pub mod broker;
pub mod child;
pub mod database;
mod dir;
mod endpoint;
pub mod example;
pub mod garble;
pub mod journal;
pub mod name;
pub mod node;
mod port;
pub mod proxy;
pub mod wait;
pub mod work;

pub use audit::{Audit, Report};
pub use broker::{rabbit_url, require_broker};
pub use child::Child;
pub use dir::TempDir;
pub use example::{order_workflow, webhook};
pub use journal::{Fact, Journal, Kind};
pub use name::unique;
pub use node::PrivateBroker;
pub use proxy::{Mode, Proxy};
pub use wait::eventually;

/// The code in the README compiles: here, because its events are not the ones that the examples have contracts for.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// So does the code in the guide and in the guarantees.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
#[doc = include_str!("../../docs/guarantees.md")]
pub struct Docs;
