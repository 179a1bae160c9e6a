//! What a service with a store does besides handling: tables, forgetting.

use crate::store::Store;
use crate::transport::Health;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{interval, sleep};

/// How often old keys are forgotten.
const EVERY: Duration = Duration::from_secs(60);
/// How many in one statement: locks are short.
const AT_ONCE: u32 = 1000;

/// What the store of a service needs.
pub(super) struct Keeping {
    pub(super) store: Arc<dyn Store>,
    pub(super) migrate: bool,
    pub(super) health: watch::Sender<Health>,
    /// The inboxes, and how long their keys are remembered.
    pub(super) windows: Vec<(String, Duration)>,
}

impl Keeping {
    /// Makes the tables, or finds them, trying until it works.
    pub(super) async fn make_tables(&self) {
        let mut wait = Duration::from_millis(100);
        loop {
            let error = match self.tables().await {
                Ok(()) => break,
                Err(error) => error,
            };
            tracing::warn!(
                at = self.store.describe(),
                error,
                "the store is not ready; trying again"
            );
            self.health.send_replace(Health::Down(error));
            sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            wait = (wait * 2).min(Duration::from_secs(5));
        }
        self.health.send_replace(Health::Up);
    }

    async fn tables(&self) -> Result<(), String> {
        if self.migrate {
            let applied = self.store.migrate().await.map_err(|error| error.to_string())?;
            for migration in applied {
                tracing::info!(
                    at = self.store.describe(),
                    version = migration.version,
                    "{}",
                    migration.name
                );
            }
            return Ok(());
        }
        let missing = self.store.missing().await.map_err(|error| error.to_string())?;
        match missing.first() {
            None => Ok(()),
            Some(first) => Err(format!(
                "the store lacks its tables from version {} on; the command `migrate` makes them",
                first.version
            )),
        }
    }

    /// Forgets what is older than its window, for as long as the service runs.
    pub(super) async fn forget(self) {
        let mut every = interval(EVERY);
        loop {
            every.tick().await;
            for (inbox, window) in &self.windows {
                loop {
                    match self.store.forget(inbox, *window, AT_ONCE).await {
                        Ok(forgotten) if forgotten == u64::from(AT_ONCE) => sleep(Duration::from_millis(50)).await,
                        Ok(_) => break,
                        Err(error) => {
                            tracing::debug!(inbox, %error, "cannot forget old keys; later");
                            break;
                        }
                    }
                }
            }
        }
    }
}
