//! A service that is connected and has nothing to do.

use std::sync::Arc;

use async_trait::async_trait;

use super::load;
use super::service::{self, SERVICE};
use crate::Result;
use crate::broker::Site;
use crate::contender::{Contender, Idle};
use crate::probe::Resting;
use crate::tally::Tally;

/// A service with so many handlers.
pub(crate) struct Sleeper {
    pub(crate) handlers: usize,
}

impl Contender for Sleeper {
    fn name(&self) -> String {
        format!("event-runtime, {} handler(s)", self.handlers)
    }
}

#[async_trait(?Send)]
impl Idle for Sleeper {
    async fn idle(&self, resting: Resting) -> Result<()> {
        let keys: Vec<String> = (0..self.handlers).map(|at| format!("load.event{at}.v1")).collect();
        let site = Site::named(&keys, |at| format!("{SERVICE}.load_{at}")).await?;
        let service = service::on(&site).state(Arc::new(Tally::new(1)));
        let running = load::handlers(service, self.handlers).start().await?;
        running.ready().await;
        resting.measure().await?;
        running.shutdown().await;
        site.close().await
    }
}
