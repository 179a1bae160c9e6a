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
use tokio::time::{sleep, timeout};

/// A connection that was open when it was handed out.
pub(super) struct Live {
    pub(super) connection: Connection,
    /// Who the broker says published what we publish.
    pub(super) user: Option<ShortString>,
    patience: Duration,
    address: String,
    socket: Lifeline,
}

/// Between two looks at a connection that somebody waits for.
const LOOK: Duration = Duration::from_millis(100);
/// How long after its loss the client library may take to say so to everybody.
const GRACE: Duration = Duration::from_millis(300);
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

    /// Resolves soon after the connection is lost, or `channel`. The client library does not end everything that waits for an
    /// answer then: what is sent in the moment of the loss may wait for ever.
    pub(super) async fn lost(&self, channel: Option<&Channel>) {
        while self.is_up() && channel.is_none_or(|channel| channel.status().connected()) {
            sleep(LOOK).await;
        }
        sleep(GRACE).await;
    }

    /// The endpoint, without credentials.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// A new channel, within the connect timeout.
    pub(super) async fn channel(&self) -> Result<Channel, TransportError> {
        let opened = tokio::select! {
            opened = timeout(self.patience, self.connection.create_channel()) => opened,
            () = self.lost(None) => return Err(self.is_lost()),
        };
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
        let asked = tokio::select! {
            asked = timeout(self.patience, channel.confirm_select(ConfirmSelectOptions::default())) => asked,
            () = self.lost(Some(&channel)) => return Err(self.is_lost()),
        };
        match asked {
            Ok(Ok(())) => Ok(channel),
            Ok(Err(error)) => Err(unavailable(error.to_string())),
            Err(_) => Err(unavailable(format!("no answer within {:?}", self.patience))),
        }
    }

    fn is_lost(&self) -> TransportError {
        TransportError::Unavailable {
            to: self.address.clone(),
            reason: "connection lost".to_owned(),
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
