//! Looks at the broker's objects, makes them and removes them, on channels that live for one task.

use super::connection::Live;
use super::failure::{self, NOT_FOUND, PRECONDITION_FAILED};
use super::options::RabbitOptions;
use super::topology::{self, Object, binding_names};
use crate::topology::{Plan, Topology};
use crate::transport::TransportError;
use lapin::options::{ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Error};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Between two looks at a new queue that does not answer yet.
const PROBE: Duration = Duration::from_millis(100);

/// A channel that is opened again after the broker closed it over a question.
pub(super) struct Admin<'a> {
    live: &'a Live,
    options: &'a RabbitOptions,
    channel: Option<Channel>,
}

impl<'a> Admin<'a> {
    pub(super) fn new(live: &'a Live, options: &'a RabbitOptions) -> Self {
        Self {
            live,
            options,
            channel: None,
        }
    }

    /// Runs `task` on a usable channel, within the connect timeout. `Err` of the inner result is the broker's "no".
    async fn run<T>(
        &mut self,
        what: &str,
        task: impl AsyncFnOnce(&Channel) -> Result<T, Error>,
    ) -> Result<Result<T, Error>, TransportError> {
        if !self
            .channel
            .as_ref()
            .is_some_and(|channel| channel.status().connected())
        {
            self.channel = None;
        }
        let channel = match &mut self.channel {
            Some(channel) => channel,
            none => none.insert(self.live.channel().await?),
        };
        let patience = self.options.connect_timeout;
        match timeout(patience, task(channel)).await {
            Ok(Err(error)) if failure::objection(&error).is_none() => {
                Err(failure::refused(&error, self.live.address()))
            }
            Ok(result) => Ok(result),
            Err(_) => Err(TransportError::Unavailable {
                to: self.live.address().to_owned(),
                reason: format!("{what}: no answer within {patience:?}"),
            }),
        }
    }

    fn refused(&self, error: &Error) -> TransportError {
        failure::refused(error, self.live.address())
    }

    /// Closes the channel.
    pub(super) async fn done(self) {
        if let Some(channel) = self.channel.filter(|channel| channel.status().connected()) {
            // Late or refused, nothing depends on it.
            let _ = timeout(self.options.connect_timeout, channel.close(200, "done".into())).await;
        }
    }

    pub(super) async fn plan(&mut self, topology: &Topology) -> Result<Plan, TransportError> {
        let mut plan = Plan::default();
        for object in objects(topology) {
            if !self.is_there(object).await? {
                plan.missing.push(object.describe());
            } else if let Some(difference) = self.difference(object).await? {
                plan.different.push(format!("{}: {difference}", object.describe()));
            } else {
                plan.present += 1;
            }
        }
        Ok(plan)
    }

    async fn is_there(&mut self, object: Object<'_>) -> Result<bool, TransportError> {
        let (name, what) = (object.name()?, object.describe());
        match self
            .run(&what, async |channel| object.declare(channel, name, true).await)
            .await?
        {
            Ok(()) => Ok(true),
            Err(error) if code(&error) == Some(NOT_FOUND) => Ok(false),
            Err(error) => Err(self.refused(&error)),
        }
    }

    /// Makes `object`; what differs, in the broker's words, when another one of its name is there.
    async fn difference(&mut self, object: Object<'_>) -> Result<Option<String>, TransportError> {
        let (name, what) = (object.name()?, object.describe());
        match self
            .run(&what, async |channel| object.declare(channel, name, false).await)
            .await?
        {
            Ok(()) => Ok(None),
            Err(error) => match failure::objection(&error) {
                Some((PRECONDITION_FAILED, words)) => Ok(Some(failure::plain(words).to_owned())),
                _ => Err(self.refused(&error)),
            },
        }
    }

    pub(super) async fn apply(&mut self, topology: &Topology) -> Result<Plan, TransportError> {
        let plan = self.plan(topology).await?;
        if let Some(first) = plan.different.first() {
            let (object, difference) = first.split_once(": ").unwrap_or((first, ""));
            return Err(TransportError::Different {
                object: object.to_owned(),
                difference: difference.to_owned(),
            });
        }
        let is_new = |object: &Object<'_>| plan.missing.contains(&object.describe());
        let new: Vec<_> = objects(topology).filter(is_new).collect();
        for object in &new {
            if let Some(difference) = self.difference(*object).await? {
                return Err(TransportError::Different {
                    object: object.describe(),
                    difference,
                });
            }
        }
        for binding in &topology.bindings {
            let names = binding_names(binding)?;
            let what = format!("binding from {} with {}", binding.source, binding.key);
            let bound = self.run(&what, async |channel| topology::bind(channel, binding, names).await);
            bound.await?.map_err(|error| self.refused(&error))?;
        }
        let queues = new
            .iter()
            .filter(|object| matches!(object, Object::Queue(_) | Object::Archive(_)));
        self.settle(queues.copied().collect()).await?;
        Ok(plan)
    }

    /// Waits until new queues are out of their first second, and answer.
    async fn settle(&mut self, queues: Vec<Object<'_>>) -> Result<(), TransportError> {
        if queues.is_empty() {
            return Ok(());
        }
        sleep(self.options.settle).await;
        let deadline = Instant::now() + self.options.connect_timeout;
        for queue in queues {
            while !self.is_there(queue).await? {
                if Instant::now() > deadline {
                    return Err(TransportError::Refused(format!(
                        "{} was made but does not answer: it has no leader",
                        queue.describe()
                    )));
                }
                sleep(PROBE).await;
            }
        }
        Ok(())
    }

    pub(super) async fn cut(&mut self, exchange: &str) -> Result<(), TransportError> {
        let (name, what) = (topology::name(exchange)?, format!("exchange {exchange}"));
        let options = ExchangeDeleteOptions::default();
        let deleted = self.run(&what, async |channel| channel.exchange_delete(name, options).await);
        let deleted = deleted.await?;
        self.unless_missing(deleted)
    }

    pub(super) async fn remove(&mut self, topology: &Topology) -> Result<(), TransportError> {
        let queues = objects(topology).filter(|object| !matches!(object, Object::Exchange(_)));
        for queue in queues {
            let (name, what) = (queue.name()?, queue.describe());
            let options = QueueDeleteOptions::default();
            let deleted = self.run(&what, async |channel| {
                channel.queue_delete(name, options).await.map(drop)
            });
            let deleted = deleted.await?;
            self.unless_missing(deleted)?;
        }
        // An exchange is in use as long as it leads somewhere: to another of these, or to somebody else's queue.
        let mut left: Vec<_> = topology.exchanges.iter().collect();
        loop {
            let before = left.len();
            let mut in_use = Vec::new();
            for exchange in left {
                let (name, what) = (topology::name(&exchange.name)?, format!("exchange {}", exchange.name));
                let options = ExchangeDeleteOptions {
                    if_unused: true,
                    ..ExchangeDeleteOptions::default()
                };
                let deleted = self.run(&what, async |channel| channel.exchange_delete(name, options).await);
                match deleted.await? {
                    Err(error) if code(&error) == Some(PRECONDITION_FAILED) => in_use.push(exchange),
                    deleted => self.unless_missing(deleted)?,
                }
            }
            if in_use.is_empty() || in_use.len() == before {
                return Ok(());
            }
            left = in_use;
        }
    }

    fn unless_missing(&self, deleted: Result<(), Error>) -> Result<(), TransportError> {
        match deleted {
            Err(error) if code(&error) != Some(NOT_FOUND) => Err(self.refused(&error)),
            _ => Ok(()),
        }
    }

    /// How many messages wait in a queue, and how many consumers it has.
    pub(super) async fn look(&mut self, queue: &str) -> Result<(u64, u64), TransportError> {
        let name = topology::name(queue)?;
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let what = format!("queue {queue}");
        let asked = self.run(&what, async |channel| {
            channel.queue_declare(name, options, FieldTable::default()).await
        });
        match asked.await? {
            Ok(queue) => Ok((queue.message_count().into(), queue.consumer_count().into())),
            Err(error) if code(&error) == Some(NOT_FOUND) => Err(TransportError::NoQueue(queue.to_owned())),
            Err(error) => Err(self.refused(&error)),
        }
    }
}

fn code(error: &Error) -> Option<u16> {
    failure::objection(error).map(|(code, _)| code)
}

fn objects(topology: &Topology) -> impl Iterator<Item = Object<'_>> {
    let exchanges = topology.exchanges.iter().map(Object::Exchange);
    let queues = topology.queues.iter().map(Object::Queue);
    exchanges
        .chain(queues)
        .chain(topology.archives.iter().map(Object::Archive))
}
