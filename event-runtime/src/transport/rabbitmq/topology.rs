//! Our model of exchanges, queues and bindings, as AMQP says it.

use crate::topology::{Binding, Destination, Exchange, ExchangeKind, Queue};
use crate::transport::TransportError;
use lapin::options::{ExchangeBindOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Error};

/// A name as AMQP takes it.
pub(super) fn name(text: &str) -> Result<ShortString, TransportError> {
    ShortString::try_new(text)
        .map_err(|_| TransportError::Setting(format!("`{text}` is too long for a name: AMQP takes 255 bytes")))
}

/// A broker object as it should be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Object<'a> {
    Exchange(&'a Exchange),
    Queue(&'a Queue),
}

impl Object<'_> {
    /// `queue orders.charge`
    pub(super) fn describe(self) -> String {
        match self {
            Self::Exchange(exchange) => format!("exchange {}", exchange.name),
            Self::Queue(queue) => format!("queue {}", queue.name),
        }
    }

    pub(super) fn name(self) -> Result<ShortString, TransportError> {
        match self {
            Self::Exchange(exchange) => name(&exchange.name),
            Self::Queue(queue) => name(&queue.name),
        }
    }

    /// Asks whether it is there, or makes it. Being there with other arguments fails with 406.
    pub(super) async fn declare(self, channel: &Channel, name: ShortString, passive: bool) -> Result<(), Error> {
        match self {
            Self::Exchange(exchange) => {
                let options = ExchangeDeclareOptions {
                    passive,
                    durable: true,
                    ..ExchangeDeclareOptions::default()
                };
                let arguments = exchange_arguments(exchange);
                channel
                    .exchange_declare(name, kind(exchange.kind), options, arguments)
                    .await
            }
            Self::Queue(queue) => {
                let options = QueueDeclareOptions {
                    passive,
                    durable: true,
                    ..QueueDeclareOptions::default()
                };
                channel
                    .queue_declare(name, options, queue_arguments(queue))
                    .await
                    .map(drop)
            }
        }
    }
}

/// Binds; an equal binding that is there already is left alone.
pub(super) async fn bind(
    channel: &Channel,
    binding: &Binding,
    names: (ShortString, ShortString, ShortString),
) -> Result<(), Error> {
    let (source, destination, key) = names;
    let nothing = FieldTable::default();
    match binding.destination {
        Destination::Queue(_) => {
            let options = QueueBindOptions::default();
            channel.queue_bind(destination, source, key, options, nothing).await
        }
        Destination::Exchange(_) => {
            let options = ExchangeBindOptions::default();
            channel.exchange_bind(destination, source, key, options, nothing).await
        }
    }
}

/// Source, destination and key of `binding`.
pub(super) fn binding_names(binding: &Binding) -> Result<(ShortString, ShortString, ShortString), TransportError> {
    let (Destination::Queue(destination) | Destination::Exchange(destination)) = &binding.destination;
    Ok((name(&binding.source)?, name(destination)?, name(&binding.key)?))
}

fn kind(kind: ExchangeKind) -> lapin::ExchangeKind {
    match kind {
        ExchangeKind::Topic => lapin::ExchangeKind::Topic,
        ExchangeKind::Direct => lapin::ExchangeKind::Direct,
        ExchangeKind::Fanout => lapin::ExchangeKind::Fanout,
    }
}

fn exchange_arguments(exchange: &Exchange) -> FieldTable {
    let mut table = FieldTable::default();
    if let Some(alternate) = &exchange.alternate {
        text(&mut table, "alternate-exchange", alternate);
    }
    table
}

/// Always a quorum queue with a delivery limit. Dead-lettering at least once needs three arguments together: the
/// broker takes them one by one as well, and then quietly dead-letters at most once.
fn queue_arguments(queue: &Queue) -> FieldTable {
    let mut table = FieldTable::default();
    text(&mut table, "x-queue-type", "quorum");
    number(&mut table, "x-delivery-limit", queue.delivery_limit.max(1).into());
    if queue.single_active {
        table.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
    }
    if let Some(dead_letter) = &queue.dead_letter {
        text(&mut table, "x-dead-letter-exchange", &dead_letter.exchange);
        if let Some(key) = &dead_letter.routing_key {
            text(&mut table, "x-dead-letter-routing-key", key);
        }
        text(&mut table, "x-dead-letter-strategy", "at-least-once");
        text(&mut table, "x-overflow", "reject-publish");
    }
    if let Some(ttl) = queue.message_ttl {
        let milliseconds = i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
        number(&mut table, "x-message-ttl", milliseconds);
    }
    table
}

fn text(table: &mut FieldTable, name: &'static str, value: &str) {
    table.insert(name.into(), AMQPValue::LongString(value.into()));
}

fn number(table: &mut FieldTable, name: &'static str, value: i64) {
    table.insert(name.into(), AMQPValue::LongLongInt(value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::DeadLetterTo;
    use std::time::Duration;

    fn keys(queue: &Queue) -> Vec<String> {
        let table = queue_arguments(queue);
        table.inner().keys().map(ToString::to_string).collect()
    }

    #[test]
    fn dead_lettering_is_one_unit() {
        let mut queue = Queue {
            name: "q".into(),
            delivery_limit: 50,
            single_active: false,
            dead_letter: None,
            message_ttl: None,
        };
        assert_eq!(keys(&queue), ["x-delivery-limit", "x-queue-type"]);
        queue.dead_letter = Some(DeadLetterTo {
            exchange: "dlx".into(),
            routing_key: None,
        });
        queue.message_ttl = Some(Duration::from_secs(1));
        queue.single_active = true;
        assert_eq!(
            keys(&queue),
            [
                "x-dead-letter-exchange",
                "x-dead-letter-strategy",
                "x-delivery-limit",
                "x-message-ttl",
                "x-overflow",
                "x-queue-type",
                "x-single-active-consumer"
            ]
        );
    }
}
