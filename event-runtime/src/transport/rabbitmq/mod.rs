//! RabbitMQ, over lapin.
