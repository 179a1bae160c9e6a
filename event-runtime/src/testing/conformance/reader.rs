//! A session, with patience.

use super::verdict::{Failure, Verdict, ensure};
use crate::transport::{Delivery, Session};
use std::future::poll_fn;
use std::time::Duration;
use tokio::time::timeout;

/// How long something may take that should happen.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long something is waited for that should not happen.
const QUIET: Duration = Duration::from_millis(400);

pub(super) struct Reader {
    pub(super) session: Box<dyn Session>,
    queue: String,
}

impl Reader {
    pub(super) fn new(session: Box<dyn Session>, queue: &str) -> Self {
        let queue = queue.to_owned();
        Self { session, queue }
    }

    /// The next delivery.
    pub(super) async fn next(&mut self) -> Verdict<Delivery> {
        let next = timeout(PATIENCE, poll_fn(|cx| self.session.poll_next(cx))).await;
        match next {
            Ok(Some(delivery)) => Ok(delivery),
            Ok(None) => {
                let reason = self.session.end().unwrap_or_default();
                Err(Failure::new(format!("the session on {} ended: {reason}", self.queue)))
            }
            Err(_) => Err(Failure::new(format!(
                "nothing came on {} within {PATIENCE:?}",
                self.queue
            ))),
        }
    }

    /// The next `count` deliveries.
    pub(super) async fn take(&mut self, count: usize) -> Verdict<Vec<Delivery>> {
        let mut deliveries = Vec::with_capacity(count);
        for taken in 0..count {
            let next = self.next().await;
            deliveries.push(next.map_err(|error| Failure::new(format!("{taken} of {count} came, then: {error}")))?);
        }
        Ok(deliveries)
    }

    /// The bodies of the next `count` deliveries, which are acked.
    pub(super) async fn bodies(&mut self, count: usize) -> Verdict<Vec<String>> {
        let mut bodies = Vec::with_capacity(count);
        for delivery in self.take_acked(count).await? {
            bodies.push(body(&delivery));
        }
        Ok(bodies)
    }

    /// The next `count` deliveries, each acked when it comes.
    pub(super) async fn take_acked(&mut self, count: usize) -> Verdict<Vec<Delivery>> {
        let mut deliveries = Vec::with_capacity(count);
        for _ in 0..count {
            let delivery = self.next().await?;
            self.session.ack(delivery.tag, false);
            self.flush().await?;
            deliveries.push(delivery);
        }
        Ok(deliveries)
    }

    /// Nothing comes.
    pub(super) async fn quiet(&mut self) -> Verdict {
        let next = timeout(QUIET, poll_fn(|cx| self.session.poll_next(cx))).await;
        match next {
            Err(_) => Ok(()),
            Ok(Some(delivery)) => Err(Failure::new(format!(
                "`{}` came on {}, where nothing should",
                body(&delivery),
                self.queue
            ))),
            Ok(None) => Err(Failure::new(format!("the session on {} ended", self.queue))),
        }
    }

    /// The session ends, and says why.
    pub(super) async fn ended(&mut self) -> Verdict {
        let over = async { while poll_fn(|cx| self.session.poll_next(cx)).await.is_some() {} };
        ensure!(
            timeout(PATIENCE, over).await.is_ok(),
            "the session on {} goes on",
            self.queue
        );
        ensure!(!self.session.usable(), "a session that is over calls itself usable");
        ensure!(
            self.session.end().is_some(),
            "a session that is over does not say why it ended"
        );
        Ok(())
    }

    pub(super) async fn ack(&mut self, tag: u64, multiple: bool) -> Verdict {
        self.session.ack(tag, multiple);
        self.flush().await
    }

    async fn flush(&mut self) -> Verdict {
        let flushed = timeout(PATIENCE, poll_fn(|cx| self.session.poll_flush(cx))).await;
        flushed.map_err(|_| Failure::new(format!("acks on {} were not sent", self.queue)))??;
        Ok(())
    }

    pub(super) async fn close(self) -> Verdict {
        let closed = timeout(PATIENCE, self.session.close()).await;
        closed.map_err(|_| Failure::new(format!("closing the session on {} did not end", self.queue)))
    }
}

/// A body, as text.
pub(super) fn body(delivery: &Delivery) -> String {
    String::from_utf8_lossy(&delivery.message.body).into_owned()
}

/// Bodies, as text.
pub(super) fn bodies(deliveries: &[Delivery]) -> Vec<String> {
    deliveries.iter().map(body).collect()
}
