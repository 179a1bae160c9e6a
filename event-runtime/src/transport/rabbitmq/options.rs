use super::url::{self, Endpoint};
use crate::message::Limits;
use crate::transport::TransportError;
use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
use std::fmt;
use std::time::Duration;

/// Where the broker is, and how patient we are with it.
///
/// ```
/// use event_runtime::transport::rabbitmq::RabbitOptions;
/// use std::time::Duration;
///
/// let options = RabbitOptions::parse("amqp://guest:guest@localhost")?
///     .name("payments")
///     .confirm_timeout(Duration::from_secs(5));
/// # Ok::<(), event_runtime::transport::TransportError>(())
/// ```
#[derive(Clone)]
pub struct RabbitOptions {
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) name: String,
    pub(super) limits: Limits,
    pub(super) heartbeat: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) confirm_timeout: Duration,
    pub(super) settle: Duration,
    pub(super) buffer: usize,
    pub(super) tls: OwnedTLSConfig,
}

impl RabbitOptions {
    /// The defaults, for the broker at `url`.
    ///
    /// `amqp://user:password@host:5672/vhost`, or `amqps://` for TLS. Several hosts, or several URLs, are separated by
    /// commas; they are tried one after another.
    ///
    /// # Errors
    ///
    /// [`TransportError::Setting`]: the URL cannot be read, or names the user `guest` for another machine.
    pub fn parse(url: &str) -> Result<Self, TransportError> {
        Ok(Self {
            endpoints: url::endpoints(url)?,
            name: "event-runtime".into(),
            limits: Limits::TRANSPORT,
            heartbeat: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            confirm_timeout: Duration::from_secs(10),
            settle: Duration::from_secs(2),
            buffer: 10_000,
            tls: OwnedTLSConfig::default(),
        })
    }

    /// What the broker's own tools call our connections. Default `event-runtime`.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// What is refused before it is sent. Default [`Limits::TRANSPORT`]: a copy of whatever came in must be able to go out.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// A silent connection is given up after twice this time. Default 10 s; at least 1 s.
    #[must_use]
    pub fn heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat;
        self
    }

    /// How long a connection, a channel or a declaration may take. Default 10 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one publish may take, with everything that is tried again. Default 10 s.
    #[must_use]
    pub fn confirm_timeout(mut self, timeout: Duration) -> Self {
        self.confirm_timeout = timeout;
        self
    }

    /// How long new queues are left alone before they are probed. Default 2 s: younger ones may not survive a crash.
    #[must_use]
    pub fn settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }

    /// How many messages may wait while the broker takes none. Default 10,000.
    #[must_use]
    pub fn buffer(mut self, messages: usize) -> Self {
        self.buffer = messages.max(1);
        self
    }

    /// Trusts the certificate authorities in `pem` as well.
    #[must_use]
    pub fn tls_authority(mut self, pem: impl Into<String>) -> Self {
        self.tls.cert_chain = Some(pem.into());
        self
    }

    /// Shows this certificate to the broker. With `?auth_mechanism=external` in the URL it is the login.
    #[must_use]
    pub fn tls_identity(mut self, certificate_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        self.tls.identity = Some(OwnedIdentity::PKCS8 {
            pem: certificate_pem.into(),
            key: key_pem.into(),
        });
        self
    }

    /// Every address, without passwords.
    pub(super) fn address(&self) -> String {
        let all: Vec<_> = self.endpoints.iter().map(ToString::to_string).collect();
        all.join(", ")
    }
}

/// Without passwords and keys.
impl fmt::Debug for RabbitOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RabbitOptions")
            .field("endpoints", &self.endpoints)
            .field("name", &self.name)
            .field("limits", &self.limits)
            .field("heartbeat", &self.heartbeat)
            .field("connect_timeout", &self.connect_timeout)
            .field("confirm_timeout", &self.confirm_timeout)
            .field("settle", &self.settle)
            .field("buffer", &self.buffer)
            .finish_non_exhaustive()
    }
}
