//! What processes, brokers and networks do to a service, judged by a journal outside of it.
//!
//! Without an inbox an event may take effect again, but only where a fault explains it.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "faults/broker.rs"]
mod broker;
#[path = "faults/clumsy.rs"]
mod clumsy;
#[path = "faults/crash.rs"]
mod crash;
#[path = "faults/network.rs"]
mod network;
#[path = "faults/objects.rs"]
mod objects;
#[path = "faults/scene.rs"]
mod scene;
