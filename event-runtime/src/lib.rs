//! A proc-macro event framework: contracts checked by the compiler, handlers on RabbitMQ or in process.

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod consumer;
mod dead_letter;
pub mod envelope;
mod error;
mod event;
mod failpoint;
mod failure;
pub mod handler;
pub mod message;
pub mod prelude;
mod publisher;
mod retry;
mod service;
mod stats;
#[cfg(feature = "testing")]
pub mod testing;
pub mod topology;
pub mod transport;

pub use consumer::Attempt;
pub use dead_letter::{DeadLetter, DeadLetters, Replayed, Select};
pub use envelope::{DecodeError, Envelope, EventId};
pub use error::{Error, Result};
pub use event::{Event, EventSet};
pub use event_contract::{Contract, Field, Unrouted, Version};
#[cfg(feature = "macros")]
pub use event_macros::{Event, EventSet, Failure, handler};
pub use failure::{BoxError, Class, Failure};
pub use handler::{Batch, Context, Emit, Handler, State};
pub use publisher::Publisher;
pub use retry::RetryPolicy;
pub use service::{Handle, Running, Service};
pub use stats::{HandlerSnapshot, Snapshot};
