//! RabbitMQ, over lapin.
//!
//! Two connections, one for publishing and one for consuming, opened on first use and kept up from then on, with
//! lapin's own recovery switched off. No type of lapin's leaves this folder.
//!
//! lapin logs every returned message at `WARN`, body included, as `lapin::returned_messages`: a program that sets its
//! own subscriber should filter that target out. The loss of a connection is logged here as well.

mod admin;
mod backoff;
mod connection;
mod consumer;
mod failure;
mod frames;
mod health;
mod lane;
mod map;
mod options;
mod publisher;
mod round;
mod scrub;
mod socket;
mod supervisor;
mod topology;
mod url;
mod window;
mod wire;

pub use options::RabbitOptions;

use super::{Health, PublishError, Session, Start, Transport, TransportError};
use crate::message::Outgoing;
use crate::topology::{Plan, Topology};
use admin::Admin;
use async_trait::async_trait;
use health::{Board, Role};
use publisher::Publisher;
use std::fmt;
use std::sync::Arc;
use supervisor::Link;
use tokio::sync::watch;

/// A RabbitMQ broker.
///
/// Making one does no I/O; it connects when it is first used.
pub struct RabbitMq {
    options: Arc<RabbitOptions>,
    board: Arc<Board>,
    publishing: Arc<Link>,
    consuming: Link,
    publisher: Publisher,
}

impl RabbitMq {
    /// The broker at `url`, with the defaults of [`RabbitOptions`].
    ///
    /// # Errors
    ///
    /// [`TransportError::Setting`]: the URL cannot be used.
    pub fn connect(url: &str) -> Result<Self, TransportError> {
        RabbitOptions::parse(url).map(Self::new)
    }

    /// The broker that `options` names.
    #[must_use]
    pub fn new(options: RabbitOptions) -> Self {
        let options = Arc::new(options);
        let board = Arc::new(Board::new());
        let link = |role| Link::new(role, Arc::clone(&options), Arc::clone(&board));
        let (publishing, consuming) = (Arc::new(link(Role::Publish)), link(Role::Consume));
        Self {
            publisher: Publisher::new(Arc::clone(&options), Arc::clone(&publishing)),
            publishing,
            consuming,
            board,
            options,
        }
    }

    async fn look(&self, queue: &str) -> Result<(u64, u64), TransportError> {
        let live = self.consuming.now().await?;
        let mut admin = Admin::new(&live, &self.options);
        let seen = admin.look(queue).await;
        admin.done().await;
        seen
    }
}

/// Without passwords.
impl fmt::Debug for RabbitMq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RabbitMq")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for RabbitMq {
    fn describe(&self) -> String {
        self.options.address()
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>> {
        self.publisher.publish(messages).await
    }

    async fn consume(&self, queue: &str, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        let live = self.consuming.now().await?;
        let session = consumer::consume(&live, queue, None, prefetch, self.options.connect_timeout).await?;
        Ok(Box::new(session))
    }

    async fn read(&self, archive: &str, start: Start, prefetch: u16) -> Result<Box<dyn Session>, TransportError> {
        let live = self.consuming.now().await?;
        let session = consumer::consume(&live, archive, Some(start), prefetch, self.options.connect_timeout).await?;
        Ok(Box::new(session))
    }

    // Declaring goes over the connection that publishes nothing: an alarm does not stop it.

    async fn plan(&self, topology: &Topology) -> Result<Plan, TransportError> {
        let live = self.consuming.now().await?;
        let mut admin = Admin::new(&live, &self.options);
        let plan = admin.plan(topology).await;
        admin.done().await;
        plan
    }

    async fn apply(&self, topology: &Topology) -> Result<Plan, TransportError> {
        let live = self.consuming.now().await?;
        let mut admin = Admin::new(&live, &self.options);
        let plan = admin.apply(topology).await;
        admin.done().await;
        plan
    }

    async fn cut(&self, exchange: &str) -> Result<(), TransportError> {
        let live = self.consuming.now().await?;
        let mut admin = Admin::new(&live, &self.options);
        let removed = admin.cut(exchange).await;
        admin.done().await;
        removed
    }

    async fn remove(&self, topology: &Topology) -> Result<(), TransportError> {
        let live = self.consuming.now().await?;
        let mut admin = Admin::new(&live, &self.options);
        let removed = admin.remove(topology).await;
        admin.done().await;
        removed
    }

    async fn depth(&self, queue: &str) -> Result<u64, TransportError> {
        Ok(self.look(queue).await?.0)
    }

    async fn readers(&self, queue: &str) -> Result<u64, TransportError> {
        Ok(self.look(queue).await?.1)
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.board.watch()
    }

    async fn close(&self) {
        self.publisher.close().await;
        tokio::join!(self.publishing.close(), self.consuming.close());
        self.board.closed();
    }
}
