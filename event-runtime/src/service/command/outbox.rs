//! The commands `outbox`, `migrate` and `relay`.

use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::{output, signal};
use crate::store::Store;
use clap::{Args, Subcommand};
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// How many events wait for the broker, how old the oldest is, and which ones it refused.
    Status,
    /// Try refused events again at once, instead of after their wait.
    Retry(Which),
    /// Delete refused events for good; what was not refused stays.
    Drop(Which),
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// Only these, by the number that `outbox status` shows; may be repeated.
    #[arg(long)]
    id: Vec<i64>,
    /// All refused events; otherwise say which.
    #[arg(long)]
    all: bool,
}

impl Which {
    fn ids(&self) -> Result<Option<&[i64]>> {
        match (self.all, self.id.is_empty()) {
            (true, _) => Ok(None),
            (false, false) => Ok(Some(&self.id)),
            (false, true) => Err(Error::Setting(
                "say which events: --id, or --all; `outbox status` shows them".to_owned(),
            )),
        }
    }
}

/// The most refused events that are shown.
const SHOWN: u32 = 1000;

fn store<S, T>(service: &Service<S, T>) -> Result<Arc<dyn Store>> {
    let missing = || Error::Setting("this service has no store; add `.store(..)`".to_owned());
    service.config.store.clone().ok_or_else(missing)
}

pub(super) async fn run<S, T>(service: &Service<S, T>, command: &Command, json: bool) -> Result<()> {
    let (store, name) = (store(service)?, service.config.service.as_str());
    let done = match command {
        Command::Status => {
            let backlog = store.backlog(name).await?;
            let refused = store.quarantined(name, SHOWN).await?;
            output::outbox(&store.describe(), &backlog, &refused, json)
        }
        Command::Retry(which) => changed("tried again", store.release(name, which.ids()?).await?, json),
        Command::Drop(which) => {
            let dropped = store.discard(name, which.ids()?).await?;
            if dropped > 0 {
                tracing::warn!(service = name, dropped, "events of the outbox are deleted");
            }
            changed("deleted", dropped, json)
        }
    };
    store.close().await;
    done
}

fn changed(what: &str, count: u64, json: bool) -> Result<()> {
    if json {
        return output::json(&serde_json::json!({ "events": count }));
    }
    output::line(&format!("{count} events {what}"));
    Ok(())
}

/// Makes the store's tables, or prints the statements for whoever makes them.
pub(super) async fn migrate<S, T>(service: &Service<S, T>, print: bool) -> Result<()> {
    let store = store(service)?;
    if print {
        for migration in store.migrations() {
            output::line(&format!(
                "-- {}: {}\n{}",
                migration.version, migration.name, migration.sql
            ));
        }
        return Ok(());
    }
    let applied = store.migrate().await?;
    for migration in &applied {
        output::line(&format!("{}: {}", migration.version, migration.name));
    }
    output::line(&format!("{}: {} migrations applied", store.describe(), applied.len()));
    store.close().await;
    Ok(())
}

/// Publishes from the outbox and handles nothing.
pub(super) async fn relay<S, T>(mut service: Service<S, T>) -> Result<()> {
    store(&service)?;
    service
        .publishes
        .extend(service.handlers.iter().flat_map(|handler| handler.publishes.clone()));
    service.handlers.clear();
    service.jobs.clear();
    let running = service.start_as_told().await?;
    signal::until_asked_to_stop(running).await
}
