//! Our model of exchanges, queues and bindings, as AMQP says it.

use super::failure::HASH;
use crate::topology::{Archive, Argument, Binding, Destination, Exchange, ExchangeKind, Queue};
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
    Archive(&'a Archive),
}

impl Object<'_> {
    /// `queue orders.charge`
    pub(super) fn describe(self) -> String {
        match self {
            Self::Exchange(exchange) => format!("exchange {}", exchange.name),
            Self::Queue(queue) => format!("queue {}", queue.name),
            Self::Archive(archive) => format!("archive {}", archive.name),
        }
    }

    pub(super) fn name(self) -> Result<ShortString, TransportError> {
        match self {
            Self::Exchange(exchange) => name(&exchange.name),
            Self::Queue(queue) => name(&queue.name),
            Self::Archive(archive) => name(&archive.name),
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
            Self::Queue(queue) => declare(channel, name, passive, table(queue.arguments())).await,
            Self::Archive(archive) => declare(channel, name, passive, table(archive.arguments())).await,
        }
    }
}

async fn declare(channel: &Channel, name: ShortString, passive: bool, arguments: FieldTable) -> Result<(), Error> {
    let options = QueueDeclareOptions {
        passive,
        durable: true,
        ..QueueDeclareOptions::default()
    };
    channel.queue_declare(name, options, arguments).await.map(drop)
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
        ExchangeKind::Hash { .. } => lapin::ExchangeKind::Custom(HASH.to_owned()),
    }
}

fn exchange_arguments(exchange: &Exchange) -> FieldTable {
    let mut table = FieldTable::default();
    if let Some(alternate) = &exchange.alternate {
        table.insert(
            "alternate-exchange".into(),
            AMQPValue::LongString(alternate.as_str().into()),
        );
    }
    if let ExchangeKind::Hash { header } = exchange.kind {
        table.insert("hash-header".into(), AMQPValue::LongString(header.into()));
    }
    table
}

fn table(arguments: Vec<(&'static str, Argument)>) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, argument) in arguments {
        let value = match argument {
            Argument::Text(text) => AMQPValue::LongString(text.into()),
            Argument::Number(number) => AMQPValue::LongLongInt(number),
            Argument::Yes => AMQPValue::Boolean(true),
        };
        table.insert(name.into(), value);
    }
    table
}
