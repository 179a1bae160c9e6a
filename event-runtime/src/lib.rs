//! A proc-macro event framework: contracts checked by the compiler, handlers on RabbitMQ or in process.

pub mod envelope;
pub mod event;
pub mod message;
pub mod topology;
pub mod transport;

pub use envelope::{DecodeError, EventId};
pub use event::{Event, EventSet};
pub use event_contract::{Contract, Version};
