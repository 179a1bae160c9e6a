//! The RabbitMQ transport against a real broker.

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
