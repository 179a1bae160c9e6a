//! The memory transport: publish and handle in one process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use event_runtime::prelude::*;

use super::service::{SERVICE, with_1000};
use crate::Result;
use crate::contender::{Contender, Transit};
use crate::order::Order;
use crate::tally::Tally;

/// A service without a broker, with the whole envelope and every guard.
pub(crate) struct InProcess;

impl Contender for InProcess {
    fn name(&self) -> String {
        "event-runtime, memory transport".to_owned()
    }
}

#[async_trait(?Send)]
impl Transit for InProcess {
    async fn transit(&self, count: usize) -> Result<Duration> {
        let tally = Arc::new(Tally::new(count));
        let service = Service::new(SERVICE).state(Arc::clone(&tally)).handle::<with_1000>();
        let running = service.start().await?;
        running.ready().await;
        let publisher = running.publisher().clone();
        let begin = Instant::now();
        let publishing = tokio::spawn(async move {
            for start in (0..count).step_by(256) {
                let orders: Vec<_> = (start..count.min(start + 256))
                    .map(|at| Order::sample(at as u64))
                    .collect();
                for sent in publisher
                    .publish_all(orders.iter().map(|order| (EventId::new(), order)))
                    .await
                {
                    sent?;
                }
            }
            Result::Ok(())
        });
        publishing.await??;
        tally.complete().await;
        let elapsed = begin.elapsed();
        running.shutdown().await;
        Ok(elapsed)
    }
}
