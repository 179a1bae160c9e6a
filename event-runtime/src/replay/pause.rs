//! The live events of a handler with an order wait while those of the archive are handled: the replay goes through a queue of
//! its own, and in every queue of the handler stands a barrier that sends its readers there first.

use super::Target;
use crate::consumer::{Barrier, next_done};
use crate::error::{Error, Result};
use crate::topology::{Binding, Destination, Queue, Topology};
use crate::transport::TransportError;
use std::time::Duration;
use tokio::time::timeout;

/// Between two words about what is still waited for.
const REPORT: Duration = Duration::from_secs(2);

/// Where a replay of `target` goes while live events wait.
pub(super) struct Pause<'a> {
    target: &'a Target,
    queue: String,
    words: String,
}

impl<'a> Pause<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        Self {
            target,
            queue: target.names.replay(target.handler),
            words: target.names.replayed(target.handler),
        }
    }

    async fn is_on(&self) -> Result<bool> {
        match self.target.transport.depth(&self.queue).await {
            Ok(_) => Ok(true),
            Err(TransportError::NoQueue(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// One replay at a time.
    pub(super) async fn check_off(&self) -> Result<()> {
        if !self.is_on().await? {
            return Ok(());
        }
        Err(Error::Setting(format!(
            "the live events of `{0}` wait for a replay already. If that one was broken off, `replay --resume ID` goes on with it, \
             and `replay --handler {0} --resume-live` ends it: what it has sent is handled, then the live events go on",
            self.target.handler
        )))
    }

    pub(super) async fn check_on(&self) -> Result<()> {
        if self.is_on().await? {
            return Ok(());
        }
        Err(Error::NotFound(format!(
            "no replay keeps the live events of `{}` waiting",
            self.target.handler
        )))
    }

    /// From now on the handler comes to the queue of the replay before anything that is published later.
    ///
    /// Dying anywhere leaves it on or off; beginning again is harmless.
    pub(super) async fn begin(&self) -> Result<()> {
        let (target, transport) = (self.target, self.target.transport.as_ref());
        transport.apply(&self.topology()).await?;
        for queue in self.live() {
            let first = Barrier::First(vec![&self.queue]);
            first.send(transport, &target.names, &queue).await?;
        }
        Ok(())
    }

    /// Waits until everything that was sent is handled, and lets the live events go on. `waits` is told how much that still is.
    pub(super) async fn end(&self, mut waits: impl FnMut(u64)) -> Result<()> {
        let transport = self.target.transport.as_ref();
        // Whoever says it again after a crash has the same queues.
        transport.apply(&self.topology()).await?;
        let mut words = transport.consume(&self.words, 16).await?;
        let done = Barrier::Done(&self.words);
        done.send(transport, &self.target.names, &self.queue).await?;
        let mut looks = 0;
        loop {
            match timeout(REPORT, next_done(words.as_mut())).await {
                Ok(Ok(_)) => break,
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => {
                    let depth = transport.depth(&self.queue).await?;
                    waits(depth);
                    looks += 1;
                    if looks == 5 {
                        tracing::warn!(
                            queue = self.queue,
                            depth,
                            "the replay waits for the handler to do what was sent; does it run?"
                        );
                    }
                }
            }
        }
        words.close().await;
        transport.remove(&self.topology()).await?;
        Ok(())
    }

    /// The queues in which live events wait.
    fn live(&self) -> Vec<String> {
        let target = self.target;
        target.names.queues(target.handler, target.options.partitions())
    }

    fn topology(&self) -> Topology {
        let names = &self.target.names;
        let inlet = |queue: &str| Binding {
            source: names.inlet(),
            destination: Destination::Queue(queue.to_owned()),
            key: queue.to_owned(),
        };
        Topology {
            queues: vec![
                Queue::of_handler(names, self.target.handler, self.queue.clone()),
                Queue::of_words(self.words.clone()),
            ],
            bindings: self
                .live()
                .iter()
                .chain([&self.queue, &self.words])
                .map(|queue| inlet(queue))
                .collect(),
            ..Topology::default()
        }
    }
}
