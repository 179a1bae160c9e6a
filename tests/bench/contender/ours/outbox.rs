//! The relay alone.

use std::ops::Range;

use async_trait::async_trait;
use event_runtime::Running;
use event_runtime::prelude::*;
use event_runtime::store::Store;

use super::service;
use crate::Result;
use crate::broker::Site;
use crate::contender::{Contender, Deliver, Delivering};
use crate::ledger::Ledger;
use crate::order::{Order, Paid};

/// A service that has nothing but an outbox.
pub(crate) struct Relayed;

impl Contender for Relayed {
    fn name(&self) -> String {
        "event-runtime, `Outbox`".to_owned()
    }
}

#[async_trait(?Send)]
impl Deliver for Relayed {
    async fn start(&self, site: &Site, ledger: &Ledger) -> Result<Box<dyn Delivering>> {
        let store = PostgresStore::connect_with(ledger.url(), 2).await?;
        let service = service::on(site).store(store.clone()).publishes::<Paid>();
        let running = service.start().await?;
        running.ready().await;
        Ok(Box::new(Relaying { store, running }))
    }
}

struct Relaying {
    store: PostgresStore,
    running: Running,
}

#[async_trait(?Send)]
impl Delivering for Relaying {
    async fn put(&self, positions: Range<u64>) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for position in positions {
            let paid = Paid::from(&Order::sample(position));
            self.running.outbox().publish(tx.as_mut(), &paid).await?;
        }
        tx.commit().await?;
        self.running.outbox().wake();
        Ok(())
    }

    async fn stop(self: Box<Self>) {
        self.running.shutdown().await;
    }
}
