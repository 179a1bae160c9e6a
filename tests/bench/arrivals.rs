//! What is downstream: a quorum queue behind a routing key, and a consumer that only looks at the clock.

use futures_util::StreamExt;
use lapin::Connection;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicQosOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};

use crate::Result;
use crate::broker::{Site, connect};
use crate::order::{ORDER_PAID, Paid};

/// A consumer of what comes of orders.
pub(crate) struct Arrivals {
    connection: Connection,
    queue: String,
    consumer: lapin::Consumer,
    channel: lapin::Channel,
}

impl Arrivals {
    /// Behind `site`.
    pub(crate) async fn at(site: &Site) -> Result<Self> {
        let connection = connect().await?;
        let channel = connection.create_channel().await?;
        let queue = format!("{}.paid", site.exchange);
        let name = queue.as_str();
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        arguments.insert("x-expires".into(), AMQPValue::LongInt(600_000));
        let declare = channel.queue_declare(name.into(), QueueDeclareOptions::durable(), arguments);
        declare.await?;
        let (bus, key) = (site.exchange.as_str(), ORDER_PAID);
        let none = FieldTable::default();
        let bind = channel.queue_bind(name.into(), bus.into(), key.into(), QueueBindOptions::default(), none);
        bind.await?;
        channel.basic_qos(1_000, BasicQosOptions::default()).await?;
        let none = FieldTable::default();
        let consume = channel.basic_consume(name.into(), "".into(), BasicConsumeOptions::default(), none);
        let consumer = consume.await?;
        Ok(Self {
            connection,
            queue,
            consumer,
            channel,
        })
    }

    /// Tells of each position that arrives, until there were `count` different ones; gives how many came twice.
    pub(crate) async fn wait(&mut self, count: usize, arrived: impl Fn(usize)) -> Result<usize> {
        let mut seen = vec![false; count];
        let (mut missing, mut again) = (count, 0);
        let mut chunks = (&mut self.consumer).ready_chunks(250);
        while missing > 0 {
            let deliveries = chunks.next().await.ok_or("the consumer was cancelled")?;
            let mut newest = None;
            for delivery in deliveries {
                let delivery = delivery?;
                let paid: Paid = serde_json::from_slice(&delivery.data)?;
                let position = usize::try_from(paid.position)?;
                if std::mem::replace(&mut seen[position], true) {
                    again += 1;
                } else {
                    arrived(position);
                    missing -= 1;
                }
                newest = Some(delivery);
            }
            if let Some(newest) = newest {
                newest.ack(BasicAckOptions { multiple: true }).await?;
            }
        }
        Ok(again)
    }

    pub(crate) async fn close(self) -> Result<()> {
        let delete = self
            .channel
            .queue_delete(self.queue.as_str().into(), QueueDeleteOptions::default());
        delete.await?;
        self.connection.close(200, "done".into()).await?;
        Ok(())
    }
}
