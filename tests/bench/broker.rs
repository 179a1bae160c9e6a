//! A private exchange with quorum queues on the broker under test, gone afterwards.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lapin::options::{
    ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties, ExchangeKind};

use crate::Result;

/// Where the broker is.
pub(crate) fn url() -> String {
    std::env::var("EVENT_TEST_AMQP_URL").unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".to_owned())
}

/// A connection with lapin's own settings.
pub(crate) async fn connect() -> Result<Connection> {
    Ok(Connection::connect(&url(), ConnectionProperties::default()).await?)
}

/// A topic exchange and one quorum queue for each routing key.
pub(crate) struct Site {
    pub(crate) exchange: String,
    /// Routing key and queue.
    pub(crate) routes: Vec<(String, String)>,
    channel: Channel,
    connection: Connection,
}

impl Site {
    /// Declares the exchange and a queue bound to it for each of `keys`.
    pub(crate) async fn open<K: AsRef<str>>(keys: &[K]) -> Result<Self> {
        let exchange = private_name();
        let named = exchange.clone();
        Self::make(exchange, keys, |at| format!("{named}.{at}")).await
    }

    /// The same, with queues of given names: of what an earlier run left behind nothing remains.
    pub(crate) async fn named<K: AsRef<str>>(keys: &[K], queue: impl Fn(usize) -> String) -> Result<Self> {
        Self::make(private_name(), keys, queue).await
    }

    async fn make<K: AsRef<str>>(exchange: String, keys: &[K], queue: impl Fn(usize) -> String) -> Result<Self> {
        let connection = connect().await?;
        let channel = connection.create_channel().await?;
        let options = ExchangeDeclareOptions {
            auto_delete: true,
            ..Default::default()
        };
        channel
            .exchange_declare(
                exchange.as_str().into(),
                ExchangeKind::Topic,
                options,
                FieldTable::default(),
            )
            .await?;
        let mut site = Self {
            exchange,
            routes: Vec::with_capacity(keys.len()),
            channel,
            connection,
        };
        for (at, key) in keys.iter().enumerate() {
            site.route(key.as_ref(), queue(at)).await?;
        }
        Ok(site)
    }

    /// Messages ready in all queues, once the count has settled at `expected` or stopped moving.
    pub(crate) async fn settled(&self, expected: usize) -> Result<usize> {
        let mut ready = 0;
        for _ in 0..100 {
            ready = 0;
            for (_, queue) in &self.routes {
                ready += message_count(&self.channel, queue).await?;
            }
            if ready == expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(ready)
    }

    /// Deletes the queues; the exchange goes with the last of them.
    pub(crate) async fn close(self) -> Result<()> {
        for (_, queue) in &self.routes {
            self.channel
                .queue_delete(queue.as_str().into(), QueueDeleteOptions::default())
                .await?;
        }
        self.channel
            .exchange_delete(self.exchange.as_str().into(), ExchangeDeleteOptions::default())
            .await?;
        self.connection.close(200, "done".into()).await?;
        Ok(())
    }

    async fn route(&mut self, key: &str, queue: String) -> Result<()> {
        self.channel
            .queue_delete(queue.as_str().into(), QueueDeleteOptions::default())
            .await?;
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        // A run that was killed leaves nothing behind for long.
        arguments.insert("x-expires".into(), AMQPValue::LongInt(600_000));
        self.channel
            .queue_declare(queue.as_str().into(), QueueDeclareOptions::durable(), arguments)
            .await?;
        self.channel
            .queue_bind(
                queue.as_str().into(),
                self.exchange.as_str().into(),
                key.into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
        self.routes.push((key.to_owned(), queue));
        Ok(())
    }
}

async fn message_count(channel: &Channel, queue: &str) -> Result<usize> {
    let options = QueueDeclareOptions {
        passive: true,
        ..Default::default()
    };
    let queue = channel
        .queue_declare(queue.into(), options, FieldTable::default())
        .await?;
    Ok(queue.message_count() as usize)
}

pub(crate) fn private_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!(
        "bench.p{}.n{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}
