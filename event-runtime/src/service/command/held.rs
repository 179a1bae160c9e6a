//! Keys that are held because one of their events has failed for good.

use crate::consumer::Drained;
use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::held::Held;
use crate::service::{output, start};
use crate::store::HeldKey;
use clap::{Args, Subcommand};
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the keys that handlers hold, the oldest first.
    List(Of),
    /// Show the line of a held key: the event that has failed, with its history, and those behind it.
    Show {
        /// The key.
        key: String,
        #[command(flatten)]
        of: Of,
    },
    /// Handle the events of a line in their order, here, and let go of the key when the line is empty.
    Replay {
        /// The key; several may be given.
        key: Vec<String>,
        #[command(flatten)]
        of: Of,
        /// All held keys.
        #[arg(long, conflicts_with = "key")]
        all: bool,
    },
    /// Give up on the first event of a line: it becomes a dead letter.
    Skip {
        /// The key.
        key: String,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Debug, Args)]
pub(super) struct Of {
    /// Of this handler; needed where several handlers hold keys.
    #[arg(long)]
    handler: Option<String>,
}

/// What a handler holds.
#[derive(Debug, serde::Serialize)]
struct Holds {
    handler: &'static str,
    keys: Vec<HeldKey>,
}

/// What became of a key.
#[derive(Debug, serde::Serialize)]
struct Replayed {
    handler: &'static str,
    key: String,
    #[serde(flatten)]
    drained: Drained,
}

pub(super) async fn run<S, T>(service: &Service<S, T>, command: &Command, json: bool) -> Result<()> {
    let transport = service.config.transport()?;
    let held = start::held(&service.config, &service.handlers, Arc::clone(&transport));
    let done = match command {
        Command::List(of) => list(&held, of, json).await,
        Command::Show { key, of } => show(service, &held, key, of, json).await,
        Command::Replay { key, of, all } => replay(&held, key, of, *all, json).await,
        Command::Skip { key, of } => skip(&held, key, of, json).await,
    };
    transport.close().await;
    if let Some(store) = &service.config.store {
        store.close().await;
    }
    done
}

/// The handlers that are meant: one, or all that can hold keys.
fn handlers(held: &Held, of: &Of) -> Result<Vec<&'static str>> {
    let all: Vec<_> = held.handlers().collect();
    match of.handler.as_deref() {
        Some(name) => match all.iter().find(|handler| **handler == name) {
            Some(handler) => Ok(vec![handler]),
            None => Err(Error::NotFound(format!(
                "`{name}` is no handler that holds keys{}",
                these(&all)
            ))),
        },
        None if all.is_empty() => Err(Error::NotFound(
            "no handler of this service holds keys: that needs `ordered_by` and `idempotent`, and a store".to_owned(),
        )),
        None => Ok(all),
    }
}

fn these(all: &[&str]) -> String {
    match all {
        [] => String::new(),
        all => format!("; these do: {}", all.join(", ")),
    }
}

/// The one handler that is meant.
fn one(held: &Held, of: &Of) -> Result<&'static str> {
    match handlers(held, of)?.as_slice() {
        [one] => Ok(one),
        several => Err(Error::Setting(format!(
            "say which handler: --handler {}",
            several.join(" | ")
        ))),
    }
}

async fn list(held: &Held, of: &Of, json: bool) -> Result<()> {
    let mut all = Vec::new();
    for handler in handlers(held, of)? {
        all.push(Holds {
            handler,
            keys: held.keys(handler).await?,
        });
    }
    if json {
        return output::json(&all);
    }
    output::held_keys(all.iter().map(|holds| (holds.handler, holds.keys.as_slice())));
    Ok(())
}

async fn show<S, T>(service: &Service<S, T>, held: &Held, key: &str, of: &Of, json: bool) -> Result<()> {
    let line = held.line(one(held, of)?, key).await?;
    if line.is_empty() {
        return Err(Error::NotFound(
            "nothing waits in the line of this key; `held list` shows the keys".to_owned(),
        ));
    }
    if json {
        return output::json(&line);
    }
    let contracts: Vec<_> = service
        .handlers
        .iter()
        .flat_map(|handler| handler.takes)
        .copied()
        .collect();
    output::line_of_key(&line, &contracts);
    Ok(())
}

async fn replay(held: &Held, keys: &[String], of: &Of, all: bool, json: bool) -> Result<()> {
    if keys.is_empty() && !all {
        return Err(Error::Setting(
            "say which keys, or --all; `held list` shows them".to_owned(),
        ));
    }
    let mut wanted = Vec::new();
    if all {
        for handler in handlers(held, of)? {
            wanted.extend(held.keys(handler).await?.into_iter().map(|held| (handler, held.key)));
        }
    } else {
        let handler = one(held, of)?;
        wanted.extend(keys.iter().map(|key| (handler, key.clone())));
    }
    let mut done = Vec::new();
    for (handler, key) in wanted {
        let drained = held.replay(handler, &key).await?;
        tracing::warn!(
            handler,
            handled = drained.handled,
            released = drained.released,
            "a held key was replayed"
        );
        if !json {
            output::drained(handler, &key, &drained);
        }
        done.push(Replayed { handler, key, drained });
    }
    let failed = done.iter().filter(|replayed| !replayed.drained.released).count();
    if json {
        output::json(&done)?;
    }
    match failed {
        0 => Ok(()),
        failed => Err(Error::Setting(format!(
            "{failed} of {} keys are still held",
            done.len()
        ))),
    }
}

async fn skip(held: &Held, key: &str, of: &Of, json: bool) -> Result<()> {
    let skipped = held.skip(one(held, of)?, key).await?;
    if json {
        return output::json(&serde_json::json!({ "event_id": skipped }));
    }
    output::line(&match skipped {
        Some(id) => format!("{id} is a dead letter now; `held replay` goes on behind it"),
        None => "the line is empty: the key is not held any more".to_owned(),
    });
    Ok(())
}
