//! The yardstick inside one process: a bounded tokio channel of encoded bodies.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Contender, Transit};
use crate::Result;
use crate::order::Order;
use crate::tally::Tally;

/// Encode, send, receive, decode, handle: one task on either side.
pub(crate) struct Channel;

impl Contender for Channel {
    fn name(&self) -> String {
        "tokio channel: encode, send, decode, handle".to_owned()
    }
}

#[async_trait(?Send)]
impl Transit for Channel {
    async fn transit(&self, count: usize) -> Result<Duration> {
        let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(1_000);
        let tally = Arc::new(Tally::new(count));
        let begin = Instant::now();
        let handled = Arc::clone(&tally);
        let receiving = tokio::spawn(async move {
            while let Some(body) = receiver.recv().await {
                handled.handle(&Order::decode(&body)?);
            }
            Result::Ok(())
        });
        let sending = tokio::spawn(async move {
            for position in 0..count {
                sender.send(Order::sample(position as u64).encode()).await?;
            }
            Result::Ok(())
        });
        sending.await??;
        receiving.await??;
        tally.complete().await;
        Ok(begin.elapsed())
    }
}
