//! A confirming channel that sends orders.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::future::maybe_done;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, Connection, PublisherConfirm};

use crate::Result;
use crate::broker::{Site, connect};
use crate::envelope::Envelope;
use crate::order::Order;

/// Messages whose publish futures are polled together, so that their frames leave in one write.
pub(crate) const WINDOW: usize = 100;
/// Messages sent and not yet confirmed.
pub(crate) const OUTSTANDING: usize = 1_000;

/// A connection, its channel and where it publishes to.
pub(crate) struct Outlet<'a> {
    connection: Connection,
    channel: Channel,
    site: &'a Site,
}

impl<'a> Outlet<'a> {
    pub(crate) async fn open(site: &'a Site) -> Result<Self> {
        let connection = connect().await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self {
            connection,
            channel,
            site,
        })
    }

    /// Puts `count` orders into the queues of `site`.
    pub(crate) async fn fill_up(site: &Site, count: usize, envelope: Envelope) -> Result<()> {
        let outlet = Outlet::open(site).await?;
        outlet.fill(count, envelope).await?;
        outlet.close(Instant::now()).await?;
        Ok(())
    }

    /// Sends `count` orders in windows, round robin over the routing keys, until all are confirmed.
    pub(crate) async fn fill(&self, count: usize, envelope: Envelope) -> Result<()> {
        let mut windows = VecDeque::with_capacity(OUTSTANDING / WINDOW);
        for start in (0..count).step_by(WINDOW) {
            if windows.len() == OUTSTANDING / WINDOW {
                confirm_all(windows.pop_front().unwrap_or_default()).await?;
            }
            let end = count.min(start + WINDOW);
            windows.push_back(together((start..end).map(|position| self.send(position, envelope))).await?);
        }
        confirm_all(windows.into_iter().flatten()).await
    }

    /// Encodes and sends one order.
    pub(crate) async fn send(&self, position: usize, envelope: Envelope) -> Result<PublisherConfirm> {
        let order = Order::sample(position as u64);
        let (key, _) = &self.site.routes[position % self.site.routes.len()];
        let options = BasicPublishOptions {
            mandatory: true,
            ..Default::default()
        };
        let body = order.encode();
        let properties = envelope.properties(order.order_id, key);
        let exchange = self.site.exchange.as_str().into();
        Ok(self
            .channel
            .basic_publish(exchange, key.as_str().into(), options, &body, properties)
            .await?)
    }

    /// Closes the connection; gives the time from `begin` until now, closing not included.
    pub(crate) async fn close(self, begin: Instant) -> Result<Duration> {
        let elapsed = begin.elapsed();
        self.connection.close(200, "done".into()).await?;
        Ok(elapsed)
    }
}

/// Awaits every confirm; a nack or a returned message is an error.
pub(crate) async fn confirm_all(confirms: impl IntoIterator<Item = PublisherConfirm>) -> Result<()> {
    for confirm in confirms {
        let confirmation = confirm.await?;
        if confirmation != Confirmation::Ack(None) {
            return Err(format!("not stored: {confirmation:?}").into());
        }
    }
    Ok(())
}

/// Starts all of them before the first is awaited, so that their frames leave in one write. They finish in order:
/// awaiting one after the other costs less than a join that watches each.
pub(super) async fn together<T>(sends: impl Iterator<Item = impl Future<Output = Result<T>>>) -> Result<Vec<T>> {
    let mut sends: Vec<_> = sends.map(|send| Box::pin(maybe_done(send))).collect();
    poll_fn(|context| {
        for send in &mut sends {
            _ = send.as_mut().poll(context);
        }
        Poll::Ready(())
    })
    .await;
    let mut sent = Vec::with_capacity(sends.len());
    for mut send in sends {
        send.as_mut().await;
        sent.extend(send.as_mut().take_output().transpose()?);
    }
    Ok(sent)
}
