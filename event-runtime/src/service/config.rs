use crate::alert::AlertUrl;
use crate::consumer::Most;
use crate::envelope::Prefix;
use crate::error::{Error, Result};
use crate::message::Limits;
use crate::store::Store;
use crate::topology::Retention;
use crate::transport::{Transport, memory::MemoryTransport};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Everything about a service but its states and handlers. Code says it, the environment overrides it.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) service: String,
    pub(crate) bus: String,
    pub(crate) url: Option<String>,
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) limits: Limits,
    pub(crate) prefix: Prefix,
    pub(crate) plain: bool,
    pub(crate) apply: bool,
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) migrate: bool,
    pub(crate) grace: Duration,
    pub(crate) dead_letters: Duration,
    pub(crate) most_held: Most,
    pub(crate) alert_url: Option<String>,
    pub(crate) archive: Option<Retention>,
}

/// Without the URL, which may hold a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("service", &self.service)
            .field("bus", &self.bus)
            .field("transport", &self.transport)
            .field("limits", &self.limits)
            .field("prefix", &self.prefix)
            .field("plain", &self.plain)
            .field("apply", &self.apply)
            .field("store", &self.store)
            .field("migrate", &self.migrate)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}

impl Config {
    pub(crate) fn new(service: String) -> Self {
        Self {
            service,
            bus: "events".to_owned(),
            url: None,
            transport: None,
            limits: Limits::default(),
            prefix: Prefix::default(),
            plain: false,
            apply: true,
            store: None,
            migrate: true,
            grace: Duration::from_secs(30),
            dead_letters: Duration::from_secs(7 * 24 * 3600),
            most_held: Most::DEFAULT,
            alert_url: None,
            archive: None,
        }
    }

    /// Takes `EVENT_URL`, `EVENT_BUS`, `EVENT_ALERT_URL`, `EVENT_TOPOLOGY`, `EVENT_SCHEMA`, `EVENT_ARCHIVE` and
    /// `EVENT_GRACE_SECONDS` where they are set.
    pub(crate) fn read_environment(&mut self) -> Result<()> {
        if let Some(url) = variable("EVENT_URL") {
            self.url = Some(url);
        }
        if let Some(bus) = variable("EVENT_BUS") {
            self.bus = bus;
        }
        if let Some(url) = variable("EVENT_ALERT_URL") {
            self.alert_url = Some(url);
        }
        match variable("EVENT_TOPOLOGY").as_deref() {
            None => {}
            Some("apply") => self.apply = true,
            Some("assume") => self.apply = false,
            Some(other) => {
                return Err(Error::Setting(format!(
                    "EVENT_TOPOLOGY is `{other}`; use `apply` (make what is missing) or `assume` (a deploy step makes it)"
                )));
            }
        }
        match variable("EVENT_SCHEMA").as_deref() {
            None => {}
            Some("apply") => self.migrate = true,
            Some("assume") => self.migrate = false,
            Some(other) => {
                return Err(Error::Setting(format!(
                    "EVENT_SCHEMA is `{other}`; use `apply` (make the store's tables) or `assume` (a deploy step makes them)"
                )));
            }
        }
        if let Some(text) = variable("EVENT_ARCHIVE") {
            let retention = text
                .parse()
                .map_err(|error| Error::Setting(format!("EVENT_ARCHIVE is `{text}`: {error}")))?;
            self.archive = Some(retention);
        }
        if let Some(seconds) = variable("EVENT_GRACE_SECONDS") {
            let seconds = seconds.parse().map_err(|_| {
                Error::Setting(format!(
                    "EVENT_GRACE_SECONDS is `{seconds}`; use a whole number of seconds"
                ))
            })?;
            self.grace = Duration::from_secs(seconds);
        }
        Ok(())
    }

    pub(crate) fn check(&self) -> Result<()> {
        event_contract::check_word(&self.service)
            .map_err(|error| Error::Setting(format!("the service name `{}`: {error}", self.service)))?;
        event_contract::check_event_name(&self.bus)
            .map_err(|error| Error::Setting(format!("the bus name `{}`: {error}", self.bus)))?;
        if let Some(Err(error)) = self.archive.map(Retention::check) {
            return Err(Error::Setting(error.to_string()));
        }
        self.alert_url().map(drop)
    }

    /// Whom to tell of new failures.
    pub(crate) fn alert_url(&self) -> Result<Option<AlertUrl>> {
        let parsed = self.alert_url.as_deref().map(AlertUrl::parse).transpose();
        parsed.map_err(Error::Setting)
    }

    /// The transport that was given, or the one the URL names, or one in process.
    pub(crate) fn transport(&self) -> Result<Arc<dyn Transport>> {
        if let Some(transport) = &self.transport {
            return Ok(Arc::clone(transport));
        }
        match self.url.as_deref() {
            None | Some("memory" | "memory:" | "memory://") => Ok(Arc::new(MemoryTransport::new())),
            #[cfg(feature = "rabbitmq")]
            Some(url) => {
                use crate::transport::rabbitmq::{RabbitMq, RabbitOptions};
                Ok(Arc::new(RabbitMq::new(RabbitOptions::parse(url)?.name(&self.service))))
            }
            #[cfg(not(feature = "rabbitmq"))]
            Some(_) => Err(Error::Setting(
                "a broker URL needs the feature `rabbitmq` of event-runtime".to_owned(),
            )),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
