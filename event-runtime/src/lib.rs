//! A proc-macro event framework: contracts checked by the compiler, handlers on RabbitMQ or in process.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod consumer;
pub mod envelope;
mod event;
mod failure;
pub mod handler;
pub mod message;
pub mod prelude;
mod publisher;
mod retry;
mod stats;
#[cfg(feature = "testing")]
pub mod testing;
pub mod topology;
pub mod transport;

pub use envelope::{DecodeError, Envelope, EventId};
pub use event::{Event, EventSet};
pub use event_contract::{Contract, Field, Unrouted, Version};
#[cfg(feature = "macros")]
pub use event_macros::{Event, EventSet, Failure, handler};
pub use failure::{BoxError, Class, Failure};
pub use handler::{Batch, Context, Emit, Handler, State};
pub use publisher::Publisher;
pub use retry::RetryPolicy;
pub use stats::{HandlerSnapshot, Snapshot};
