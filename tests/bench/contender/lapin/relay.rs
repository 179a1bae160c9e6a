//! Latency: one connection publishes at a pace, another handles.

use std::sync::Arc;

use async_trait::async_trait;

use super::consume::Drain;
use super::inlet::Inlet;
use super::outlet::{Outlet, confirm_all};
use crate::Result;
use crate::broker::{Site, connect};
use crate::contender::Relay;
use crate::pace::{Meter, Pace};

#[async_trait(?Send)]
impl Relay for Drain {
    async fn relay(&self, site: &Site, pace: Pace, meter: &Arc<Meter>) -> Result<()> {
        let connection = connect().await?;
        let (_, queue) = &site.routes[0];
        let inlet = Inlet::open(&connection, queue, 250).await?;
        let handled = Arc::clone(meter);
        let handle = move |order: &crate::order::Order| handled.handled(order.position as usize);
        let handling = tokio::spawn(inlet.run(self.0, pace.count, handle));
        let outlet = Outlet::open(site).await?;
        pace.drive(meter, async |position| {
            confirm_all([outlet.send(position, self.1).await?]).await
        })
        .await?;
        handling.await??;
        connection.close(200, "done".into()).await?;
        Ok(())
    }
}
