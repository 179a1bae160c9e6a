//! One connection to one endpoint, and the socket under it.

use super::options::RabbitOptions;
use super::socket::Lifeline;
use super::url::Endpoint;
use super::wire::{self, Plain, Wire};
use crate::transport::TransportError;
use async_rs::Runtime;
use lapin::options::ConfirmSelectOptions;
use lapin::tcp::AMQPUriTcpExt;
use lapin::types::ShortString;
use lapin::{AsyncTcpStream, Channel, Connection, ConnectionProperties};
use std::time::Duration;
use tokio::time::timeout;

/// A connection that was open when it was handed out.
pub(super) struct Live {
    pub(super) connection: Connection,
    /// Who the broker says published what we publish.
    pub(super) user: Option<ShortString>,
    patience: Duration,
    address: String,
    socket: Lifeline,
}

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Connects to `endpoint` within the connect timeout. The error is a sentence without credentials.
pub(super) async fn dial(endpoint: &Endpoint, options: &RabbitOptions, role: &str) -> Result<Live, String> {
    let patience = options.connect_timeout;
    let mut uri = endpoint.uri.clone();
    let seconds = options.heartbeat.as_secs().clamp(1, u64::from(u16::MAX));
    uri.query.heartbeat.get_or_insert(seconds as u16);

    let socket = Lifeline::default();
    let (kept, tls) = (socket.keeper(), options.tls.clone());
    let tokio = Runtime::tokio_current();
    let attempt = Connection::connector(
        uri,
        wire::runtime(),
        async move |uri, _| {
            let stream = timeout(patience, uri.connect_with_config_async(tls.as_ref(), &tokio))
                .await
                .map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
            match &stream {
                Plain::Plain(tcp) => kept.keep(tcp.get_ref()),
                Plain::Rustls(tls) => kept.keep(tls.get_ref().0.get_ref()),
                _ => {}
            }
            Ok(AsyncTcpStream::Plain(Wire::new(stream)))
        },
        ConnectionProperties::default().with_connection_name(format!("{} {role}", options.name).into()),
    );
    let user = endpoint.user().and_then(|user| ShortString::try_new(user).ok());
    match timeout(patience, attempt).await {
        Ok(Ok(connection)) => Ok(Live {
            connection,
            user,
            patience,
            address: endpoint.to_string(),
            socket,
        }),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {patience:?}")),
    }
}

impl Live {
    pub(super) fn is_up(&self) -> bool {
        self.connection.status().connected()
    }

    /// The broker reads nothing from us: memory or disk alarm.
    pub(super) fn is_blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    /// The endpoint, without credentials.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// A new channel, within the connect timeout.
    pub(super) async fn channel(&self) -> Result<Channel, TransportError> {
        let opened = timeout(self.patience, self.connection.create_channel()).await;
        let unavailable = |reason: String| TransportError::Unavailable {
            to: self.address.clone(),
            reason,
        };
        match opened {
            Ok(Ok(channel)) => Ok(channel),
            Ok(Err(error)) => Err(unavailable(error.to_string())),
            Err(_) => Err(unavailable(format!("no channel within {:?}", self.patience))),
        }
    }

    /// A new channel on which the broker confirms.
    pub(super) async fn confirming_channel(&self) -> Result<Channel, TransportError> {
        let channel = self.channel().await?;
        let unavailable = |reason: String| TransportError::Unavailable {
            to: self.address.clone(),
            reason,
        };
        match timeout(self.patience, channel.confirm_select(ConfirmSelectOptions::default())).await {
            Ok(Ok(())) => Ok(channel),
            Ok(Err(error)) => Err(unavailable(error.to_string())),
            Err(_) => Err(unavailable(format!("no answer within {:?}", self.patience))),
        }
    }

    /// Says goodbye, within five seconds.
    pub(super) async fn close(&self) {
        if self.is_up() {
            // Whatever it answers, the socket is shut next.
            let _ = timeout(GOODBYE, self.connection.close(200, "goodbye".into())).await;
        }
        self.shut();
    }

    /// Ends it without a goodbye.
    pub(super) fn shut(&self) {
        self.socket.shut();
    }
}
