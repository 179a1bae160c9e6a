//! One consumer on its own channel, and the three ways to write its loop.

use std::sync::Arc;

use futures_util::StreamExt;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, Consumer};
use tokio::sync::mpsc;

use super::acker::{ack_up_to, merge_acks};
use crate::Result;
use crate::order::Order;

/// How the loop is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// At its best: take what has arrived, handle it, ack all of it at once, do not wait for the ack.
    ReadyChunks,
    /// A task for each delivery, and one more that merges their acks.
    TaskPerDelivery,
    /// The idiom: handle, `delivery.ack().await`, next.
    AwaitEachAck,
}

impl Style {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ReadyChunks => "lapin at its best: loop, merged acks",
            Self::TaskPerDelivery => "lapin, task per delivery, merged acks",
            Self::AwaitEachAck => "lapin, `ack().await` in the loop",
        }
    }
}

/// A consumer with its channel.
pub(crate) struct Inlet {
    channel: Channel,
    consumer: Consumer,
    prefetch: u16,
}

impl Inlet {
    pub(crate) async fn open(connection: &Connection, queue: &str, prefetch: u16) -> Result<Self> {
        let channel = connection.create_channel().await?;
        channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
        let consumer = channel
            .basic_consume(
                queue.into(),
                "".into(),
                BasicConsumeOptions::default(),
                FieldTable::default(),
            )
            .await?;
        Ok(Self {
            channel,
            consumer,
            prefetch,
        })
    }

    /// Handles the next `count` orders; returns when all are acked and the channel is closed.
    pub(crate) async fn run<H>(self, style: Style, count: usize, handle: H) -> Result<()>
    where
        H: Fn(&Order) + Send + Sync + 'static,
    {
        let channel = self.channel.clone();
        let tag = self.consumer.tag();
        match style {
            Style::ReadyChunks => self.ready_chunks(count, handle).await?,
            Style::TaskPerDelivery => self.task_per_delivery(count, handle).await?,
            Style::AwaitEachAck => self.await_each_ack(count, handle).await?,
        }
        // A quorum queue forgets acks that are still under way when the channel closes; the cancel waits for them.
        channel.basic_cancel(tag, BasicCancelOptions::default()).await?;
        channel.close(200, "done".into()).await?;
        Ok(())
    }

    async fn ready_chunks(self, count: usize, handle: impl Fn(&Order)) -> Result<()> {
        // A quarter: the broker sends on before all it may send is used up.
        let mut arrived = self.consumer.ready_chunks(usize::from(self.prefetch / 4).max(1));
        let mut handled = 0;
        while handled < count {
            let deliveries = arrived.next().await.ok_or("the consumer was cancelled")?;
            let mut newest = 0;
            for delivery in deliveries {
                let delivery = delivery?;
                handle(&Order::decode(&delivery.data)?);
                newest = delivery.delivery_tag;
                handled += 1;
            }
            ack_up_to(&self.channel, newest)?;
        }
        Ok(())
    }

    async fn task_per_delivery<H>(mut self, count: usize, handle: H) -> Result<()>
    where
        H: Fn(&Order) + Send + Sync + 'static,
    {
        let handle = Arc::new(handle);
        let (done, tags) = mpsc::unbounded_channel();
        let acker = tokio::spawn(merge_acks(self.channel, tags, count));
        for _ in 0..count {
            let delivery = self.consumer.next().await.ok_or("the consumer was cancelled")??;
            let (handle, done) = (Arc::clone(&handle), done.clone());
            tokio::spawn(async move {
                // An order that cannot be read is never acked, and the count of the queue tells.
                if let Ok(order) = Order::decode(&delivery.data) {
                    handle(&order);
                    _ = done.send(delivery.delivery_tag);
                }
            });
        }
        drop(done);
        acker.await?
    }

    async fn await_each_ack(mut self, count: usize, handle: impl Fn(&Order)) -> Result<()> {
        for _ in 0..count {
            let delivery = self.consumer.next().await.ok_or("the consumer was cancelled")??;
            handle(&Order::decode(&delivery.data)?);
            delivery.ack(BasicAckOptions::default()).await?;
        }
        Ok(())
    }
}
