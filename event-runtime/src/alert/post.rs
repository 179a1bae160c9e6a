//! The webhook: a thread of its own, which nothing waits for.

use super::{Alert, AlertUrl};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The waits before the second attempt, the third, ...
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(25)];
/// How many alerts wait at most.
const WAITING: usize = 100;

/// Sends alerts to a URL. Its thread begins with the first alert.
#[derive(Debug)]
pub(super) struct Poster {
    url: AlertUrl,
    queue: OnceLock<SyncSender<String>>,
}

impl Poster {
    pub(super) fn new(url: AlertUrl) -> Self {
        Self {
            url,
            queue: OnceLock::new(),
        }
    }

    /// Returns at once. When too many wait, this one is only logged.
    pub(super) fn post(&self, alert: &Alert) {
        let Ok(body) = serde_json::to_string(alert) else { return };
        let queue = self.queue.get_or_init(|| {
            let (sender, receiver) = sync_channel(WAITING);
            let url = self.url.clone();
            let thread = thread::Builder::new().name("event-alerts".to_owned());
            if let Err(error) = thread.spawn(move || work(&url, &receiver)) {
                tracing::warn!(%error, "no thread for alerts: they are only logged");
            }
            sender
        });
        let why = match queue.try_send(body) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => "too many are waiting",
            Err(TrySendError::Disconnected(_)) => "their thread has ended",
        };
        tracing::warn!(to = %self.url, fingerprint = alert.fingerprint, why, "this alert is not sent");
    }
}

fn work(url: &AlertUrl, queue: &Receiver<String>) {
    let agent = agent();
    for body in queue {
        let mut waits = WAITS.iter();
        while let Err(failed) = send(&agent, url, &body) {
            let wait = waits.next().filter(|_| failed.again);
            let why = failed.why;
            match wait {
                Some(wait) => {
                    tracing::info!(to = %url, why, "the alert is not taken; trying again");
                    thread::sleep(*wait);
                }
                None => {
                    tracing::warn!(to = %url, why, "the alert is not taken: nobody was told of these dead letters");
                    break;
                }
            }
        }
    }
}

fn agent() -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let config = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .tls_config(tls)
        .build();
    config.into()
}

struct NotTaken {
    why: String,
    /// Whether trying again may help.
    again: bool,
}

fn send(agent: &Agent, url: &AlertUrl, body: &str) -> Result<(), NotTaken> {
    let request = agent.post(url.secret()).header("content-type", "application/json");
    let why = match request.send(body) {
        Ok(answer) => {
            let status = answer.status().as_u16();
            return match status {
                200..300 => Ok(()),
                _ => Err(NotTaken {
                    why: format!("status {status}"),
                    again: status >= 500 || status == 429,
                }),
            };
        }
        // In words of our own: others might quote the address.
        Err(ureq::Error::Timeout(_)) => format!("no answer within {PATIENCE:?}"),
        Err(ureq::Error::Io(error)) => error.kind().to_string(),
        Err(ureq::Error::HostNotFound) => "there is no such host".to_owned(),
        Err(ureq::Error::ConnectionFailed) => "nobody listens there".to_owned(),
        Err(ureq::Error::Tls(_) | ureq::Error::Rustls(_)) => "no trusted encryption".to_owned(),
        Err(_) => "the request failed".to_owned(),
    };
    Err(NotTaken { why, again: true })
}
