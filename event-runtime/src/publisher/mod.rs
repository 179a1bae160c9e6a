//! Sends events.

mod outbound;

pub(crate) use outbound::Origin;
pub use outbound::Outbound;

use crate::envelope::{Cause, Content, EventId, LONGEST_KEY, Prefix, Written, is_storable, write};
use crate::event::Event;
use crate::message::{Limits, Outgoing};
use crate::stats::Stats;
use crate::topology::Names;
use crate::transport::{Health, PublishError, Transport};
use bytes::Bytes;
use event_contract::{Unrouted, check_event_name, split_type};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Publishes events: persistent, confirmed, and an error when nobody takes them.
///
/// Cheap to clone. Get one from a running service, or take `Emit<E>` in a handler.
#[derive(Debug, Clone)]
pub struct Publisher(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transport: Arc<dyn Transport>,
    names: Names,
    service: String,
    prefix: Prefix,
    limits: Limits,
    stats: Arc<Stats>,
    topology: watch::Receiver<Health>,
}

/// How long a publish waits for the service's exchanges and queues to be there.
const TOPOLOGY_TIMEOUT: Duration = Duration::from_secs(10);

impl Publisher {
    pub(crate) fn new(
        transport: Arc<dyn Transport>,
        names: Names,
        service: String,
        prefix: Prefix,
        limits: Limits,
        stats: Arc<Stats>,
        topology: watch::Receiver<Health>,
    ) -> Self {
        Self(Arc::new(Inner {
            transport,
            names,
            service,
            prefix,
            limits,
            stats,
            topology,
        }))
    }

    /// The header in which the key of an event is.
    pub(crate) fn key_header(&self) -> &'static str {
        self.0.prefix.partition_key()
    }

    /// Before its queues are there, an event would find nobody.
    async fn topology(&self) -> Result<(), PublishError> {
        if *self.0.topology.borrow() == Health::Up {
            return Ok(());
        }
        let mut topology = self.0.topology.clone();
        let up = topology.wait_for(|health| *health == Health::Up);
        match tokio::time::timeout(TOPOLOGY_TIMEOUT, up).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(PublishError::Closed),
            Err(_) => Err(PublishError::NotReady(match &*self.0.topology.borrow() {
                Health::Down(why) => why.clone(),
                _ => "no connection yet".to_owned(),
            })),
        }
    }

    /// Publishes `event` under a new id and waits until the broker has it.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]. After [`PublishError::Unknown`] publish again under the same id:
    /// [`publish_as`](Self::publish_as).
    ///
    /// # Cancel safety
    ///
    /// A dropped call may or may not have published.
    pub async fn publish<E: Event>(&self, event: &E) -> Result<EventId, PublishError> {
        let id = EventId::new();
        self.publish_as(&id, event).await?;
        Ok(id)
    }

    /// Publishes `event` under `id`: the id is the same when it is published again.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call may or may not have published; publishing again under the same id is safe.
    pub async fn publish_as<E: Event>(&self, id: &EventId, event: &E) -> Result<(), PublishError> {
        let outgoing = self.write(id, Content::of(event)?, None)?;
        self.send_one(E::CONTRACT.unrouted, outgoing).await
    }

    /// Publishes many events at once, in their order, each under its id. Far faster than one after another.
    ///
    /// The answers come in the order of the events.
    ///
    /// # Cancel safety
    ///
    /// Events of a dropped call may or may not have been published.
    pub async fn publish_all<'a, E: Event>(
        &self,
        events: impl IntoIterator<Item = (EventId, &'a E)>,
    ) -> Vec<Result<EventId, PublishError>> {
        let mut results = Vec::new();
        let mut batch = Vec::new();
        for (id, event) in events {
            let written = Content::of(event).and_then(|content| self.write(&id, content, None));
            results.push(written.map(|outgoing| {
                batch.push((E::CONTRACT.unrouted, outgoing));
                id
            }));
        }
        let mut sent = self.send(batch).await.into_iter();
        for result in &mut results {
            if result.is_ok()
                && let Some(Err(error)) = sent.next()
            {
                *result = Err(error);
            }
        }
        results
    }

    /// Publishes bytes that another system wrote, as they are, under the type `type_name`: `order.placed.v1`.
    ///
    /// For bridges: nothing checks the body here, the consumer's contract will.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]; a type that is not a name and a version is [`PublishError::Invalid`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call may or may not have published; publishing again under the same id is safe.
    pub async fn publish_raw(
        &self,
        id: &EventId,
        type_name: &str,
        key: Option<&str>,
        body: impl Into<Bytes>,
    ) -> Result<(), PublishError> {
        if split_type(type_name).is_none_or(|(name, _)| check_event_name(name).is_err()) {
            let why = format!("its type `{type_name}` is not a name and a version, such as `order.placed.v1`");
            return Err(PublishError::Invalid(why));
        }
        let content = Content {
            type_name,
            source: None,
            key: key.map(Cow::Borrowed),
            sequence: None,
            body: body.into(),
        };
        self.send_one(Unrouted::Refuse, self.write(id, content, None)?).await
    }

    /// Whether only this service and its operators can have sent what came through `exchange`.
    pub(crate) fn is_return_path(&self, exchange: &str) -> bool {
        self.0.names.is_return_path(exchange)
    }

    /// The `position`th event that a handler's attempt emits part-way.
    pub(crate) fn emitted<E: Event>(
        &self,
        origin: &Origin,
        position: u32,
        event: &E,
    ) -> Result<(EventId, Outgoing), PublishError> {
        // Part-way events and returned ones count apart, so they must not share ids.
        let id = origin
            .id
            .emitted(&format!("{}/emit/{}", origin.handler, E::CONTRACT.name), position);
        let outgoing = self.write(&id, Content::of(event)?, Some(&origin.cause()))?;
        Ok((id, outgoing))
    }

    /// The one place where an event becomes a message for the bus.
    pub(crate) fn write(
        &self,
        id: &EventId,
        content: Content<'_>,
        cause: Option<&Cause<'_>>,
    ) -> Result<Outgoing, PublishError> {
        if content.key.as_deref().is_some_and(|key| !is_storable(key)) {
            return Err(PublishError::Invalid(format!(
                "its key holds a NUL, or is longer than the {LONGEST_KEY} bytes that outboxes and inboxes index"
            )));
        }
        let written = Written {
            id,
            service: &self.0.service,
            prefix: self.0.prefix,
            cause,
        };
        let outgoing = Outgoing {
            exchange: self.0.names.bus.clone(),
            routing_key: content.type_name.to_owned(),
            message: write(content, &written),
        };
        self.0.limits.check(&outgoing.message)?;
        Ok(outgoing)
    }

    pub(crate) async fn send_one(&self, unrouted: Unrouted, outgoing: Outgoing) -> Result<(), PublishError> {
        let sent = self.send(vec![(unrouted, outgoing)]).await;
        sent.into_iter().next().unwrap_or(Err(PublishError::Closed))
    }

    /// Sends, and sends what nobody takes to the `unrouted` queue where its event says so.
    pub(crate) async fn send(&self, batch: Vec<(Unrouted, Outgoing)>) -> Vec<Result<(), PublishError>> {
        if batch.is_empty() {
            return Vec::new();
        }
        if let Err(error) = self.topology().await {
            return vec![Err(error); batch.len()];
        }
        let keep =
            |(unrouted, outgoing): &(Unrouted, Outgoing)| (*unrouted == Unrouted::Keep).then(|| outgoing.clone());
        let kept: Vec<_> = batch.iter().map(keep).collect();
        let messages = batch.into_iter().map(|(_, outgoing)| outgoing).collect();
        let mut results = self.0.transport.publish(messages).await;
        for (result, kept) in results.iter_mut().zip(kept) {
            if let (Err(PublishError::Unroutable { .. }), Some(mut outgoing)) = (&result, kept) {
                outgoing.exchange = self.0.names.unrouted();
                *result = self.forward(outgoing).await;
            }
        }
        self.0
            .stats
            .published
            .add(results.iter().filter(|result| result.is_ok()).count() as u64);
        results
    }

    /// Sends one message as it is: retries, dead letters, replays.
    pub(crate) async fn forward(&self, outgoing: Outgoing) -> Result<(), PublishError> {
        let sent = self.0.transport.publish(vec![outgoing]).await;
        sent.into_iter().next().unwrap_or(Err(PublishError::Closed))
    }
}
