//! The RabbitMQ transport against a real broker.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "rabbitmq/consuming.rs"]
mod consuming;
#[path = "rabbitmq/faults.rs"]
mod faults;
#[path = "rabbitmq/publishing.rs"]
mod publishing;
#[path = "rabbitmq/scene.rs"]
mod scene;
#[path = "rabbitmq/topology.rs"]
mod topology;
