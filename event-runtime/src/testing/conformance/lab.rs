//! Where a check works: two connections, names of its own, and what it has made.

use super::reader::{PATIENCE, Reader};
use super::verdict::{Failure, Verdict};
use crate::message::{Headers, Message, Outgoing, property};
use crate::topology::{Binding, DeadLetterTo, Destination, Exchange, ExchangeKind, Names, Plan, Queue, Topology};
use crate::transport::{PublishError, Transport, TransportError};
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

pub(super) struct Lab {
    pub(super) one: Arc<dyn Transport>,
    pub(super) two: Arc<dyn Transport>,
    /// The service `<check>_<random>`, on a bus of its own.
    pub(super) names: Names,
    pub(super) prefix: String,
    made: Mutex<Vec<Topology>>,
}

impl Lab {
    pub(super) fn new(check: &str, one: Arc<dyn Transport>, two: Arc<dyn Transport>) -> Self {
        let run = Uuid::now_v7().simple().to_string();
        let prefix = format!("{check}_{}", &run[20..]);
        Self {
            one,
            two,
            names: Names::new(format!("{prefix}.bus"), &prefix),
            prefix,
            made: Mutex::default(),
        }
    }

    /// `name`, as nobody else calls it.
    pub(super) fn name(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    /// An empty [`Draft`].
    pub(super) fn draft(&self) -> Draft<'_> {
        Draft {
            lab: self,
            topology: Topology::default(),
        }
    }

    /// Makes a topology, and removes it in the end.
    pub(super) async fn make(&self, topology: &Topology) -> Result<Plan, TransportError> {
        self.will_remove(topology);
        // A broker under load drops a connection now and then while it makes queues; what is there stays there.
        for _ in 0..2 {
            match self.one.apply(topology).await {
                Err(TransportError::Refused(_) | TransportError::Unavailable { .. }) => {}
                applied => return applied,
            }
        }
        self.one.apply(topology).await
    }

    pub(super) fn will_remove(&self, topology: &Topology) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.push(topology.clone());
    }

    /// Publishes bodies to `exchange` in one call; every one must be stored.
    pub(super) async fn send(
        &self,
        exchange: &str,
        key: &str,
        bodies: impl IntoIterator<Item = impl Display>,
    ) -> Verdict {
        let messages = bodies.into_iter().map(|body| message(exchange, key, body)).collect();
        for answer in self.publish(messages).await? {
            answer?;
        }
        Ok(())
    }

    /// Publishes `messages` through the first connection.
    pub(super) async fn publish(&self, messages: Vec<Outgoing>) -> Verdict<Vec<Result<(), PublishError>>> {
        let count = messages.len();
        let answers = timeout(PATIENCE, self.one.publish(messages)).await;
        let answers =
            answers.map_err(|_| Failure::new(format!("no answer to {count} messages within {PATIENCE:?}")))?;
        if answers.len() == count {
            Ok(answers)
        } else {
            Err(Failure::new(format!("{} answers to {count} messages", answers.len())))
        }
    }

    /// Reads `queue` through the first connection.
    pub(super) async fn read(&self, queue: &str, prefetch: u16) -> Verdict<Reader> {
        Ok(Reader::new(self.one.consume(queue, prefetch).await?, queue))
    }

    /// Reads `queue` through the second connection.
    pub(super) async fn read_too(&self, queue: &str, prefetch: u16) -> Verdict<Reader> {
        Ok(Reader::new(self.two.consume(queue, prefetch).await?, queue))
    }

    /// `queue` comes to hold `depth` waiting messages.
    pub(super) async fn holds(&self, queue: &str, depth: u64) -> Verdict {
        let started = Instant::now();
        loop {
            let found = self.one.depth(queue).await?;
            if found == depth {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                return Err(Failure::new(format!(
                    "{queue} holds {found} messages, should be {depth}"
                )));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Removes what was made, and closes both connections.
    pub(super) async fn clean_up(self) -> Verdict {
        let made = self.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut all = Topology::default();
        made.into_iter().for_each(|topology| all.merge(topology));
        let mut removed = self.one.remove(&all).await;
        for _ in 0..2 {
            if removed.is_err() {
                sleep(Duration::from_secs(1)).await;
                removed = self.one.remove(&all).await;
            }
        }
        self.one.close().await;
        self.two.close().await;
        removed.map_err(|error| Failure::new(format!("cannot clean up: {error}")))
    }
}

/// A message with an id of its own.
pub(super) fn message(exchange: &str, key: &str, body: impl Display) -> Outgoing {
    let mut headers = Headers::new();
    headers.push_display(property::MESSAGE_ID, Uuid::now_v7());
    Outgoing {
        exchange: exchange.into(),
        routing_key: key.into(),
        message: Message {
            headers,
            body: body.to_string().into(),
        },
    }
}

/// The names of `headers`, sorted, without the user that a broker may add.
pub(super) fn names(headers: &Headers) -> Vec<&str> {
    let names = headers.iter().map(|(name, _)| name);
    let mut names: Vec<_> = names.filter(|name| *name != property::USER_ID).collect();
    names.sort_unstable();
    names
}

/// A topology in the making, under the private names of its [`Lab`].
pub(super) struct Draft<'l> {
    lab: &'l Lab,
    topology: Topology,
}

impl Draft<'_> {
    pub(super) fn exchange(mut self, name: &str, kind: ExchangeKind) -> Self {
        self.topology.exchanges.push(Exchange {
            name: self.lab.name(name),
            kind,
            alternate: None,
        });
        self
    }

    /// Gives the last exchange an alternate one.
    pub(super) fn or_else(mut self, alternate: &str) -> Self {
        if let Some(exchange) = self.topology.exchanges.last_mut() {
            exchange.alternate = Some(self.lab.name(alternate));
        }
        self
    }

    pub(super) fn queue(mut self, name: &str) -> Self {
        self.topology.queues.push(Queue {
            name: self.lab.name(name),
            delivery_limit: 50,
            single_active: false,
            dead_letter: None,
            message_ttl: None,
        });
        self
    }

    /// Changes the last queue.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Queue)) -> Self {
        self.topology.queues.last_mut().map(change);
        self
    }

    /// Lets the last queue dead-letter to `exchange`.
    pub(super) fn dead_letter(self, exchange: &str, key: Option<&str>) -> Self {
        let to = DeadLetterTo {
            exchange: self.lab.name(exchange),
            routing_key: key.map(Into::into),
        };
        self.with(|queue| queue.dead_letter = Some(to))
    }

    pub(super) fn bind(self, source: &str, queue: &str, key: &str) -> Self {
        let destination = Destination::Queue(self.lab.name(queue));
        self.binding(source, destination, key)
    }

    pub(super) fn bind_exchange(self, source: &str, to: &str, key: &str) -> Self {
        let destination = Destination::Exchange(self.lab.name(to));
        self.binding(source, destination, key)
    }

    fn binding(mut self, source: &str, destination: Destination, key: &str) -> Self {
        self.topology.bindings.push(Binding {
            source: self.lab.name(source),
            destination,
            key: key.into(),
        });
        self
    }

    /// Makes it; gives it back.
    pub(super) async fn make(self) -> Verdict<Topology> {
        self.lab.make(&self.topology).await?;
        Ok(self.topology)
    }

    pub(super) fn topology(self) -> Topology {
        self.topology
    }
}
