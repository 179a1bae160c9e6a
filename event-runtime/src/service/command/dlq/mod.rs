//! Dead letters: looking at them, and what an operator does with them.

mod discard;
mod edit;
mod export;
mod list;
mod replay;
mod status;
mod which;

pub(in crate::service) use self::status::Status;
use self::which::Which;
use crate::dead_letter::DeadLetters;
use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::start;
use crate::topology::Names;
use clap::Subcommand;
use event_contract::Contract;
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List dead letters, oldest first.
    List(Which),
    /// Show which dead letters failed alike: one row for each fingerprint, the largest group first.
    Groups(Which),
    /// Show one dead letter with its whole history; sensitive fields are redacted.
    Show {
        /// The event's id.
        id: String,
        /// The bytes as they came, not redacted.
        #[arg(long)]
        raw: bool,
    },
    /// Show how many dead letters each handler has, and how old the oldest is.
    Status {
        /// Only of this handler.
        #[arg(long)]
        handler: Option<String>,
    },
    /// Send dead letters to their handler again.
    Replay(replay::Replay),
    /// Give one dead letter another body, which its handler must be able to read. The original is kept with it.
    Edit(edit::Edit),
    /// Delete dead letters for good.
    Discard(discard::Discard),
    /// Write dead letters to a file, one in JSON on each line; sensitive fields are redacted.
    Export(export::Export),
}

/// A service, and its dead letters on a broker.
struct Office<'a, S, T> {
    service: &'a Service<S, T>,
    letters: DeadLetters,
    json: bool,
}

pub(super) async fn run<S, T>(service: &Service<S, T>, command: Command, json: bool) -> Result<()> {
    if service.config.url.is_none() && service.config.transport.is_none() {
        return Err(Error::Setting(
            "dead letters of a service that runs in process are gone with the process; set EVENT_URL or --url"
                .to_owned(),
        ));
    }
    let transport = service.config.transport()?;
    let names = Names::new(&service.config.bus, &service.config.service);
    let office = Office {
        service,
        letters: DeadLetters::new(Arc::clone(&transport), names).with_callers(start::callers(
            &service.config,
            &service.handlers,
            Arc::clone(&transport),
        )),
        json,
    };
    let done = match command {
        Command::List(which) => list::list(&office, &which).await,
        Command::Groups(which) => list::groups(&office, &which).await,
        Command::Show { id, raw } => list::show(&office, &id, raw).await,
        Command::Status { handler } => status::run(&office, handler.as_deref()).await,
        Command::Replay(command) => replay::run(&office, &command).await,
        Command::Edit(command) => edit::run(&office, &command).await,
        Command::Discard(command) => discard::run(&office, &command).await,
        Command::Export(command) => export::run(&office, &command).await,
    };
    transport.close().await;
    if let Some(store) = &service.config.store {
        store.close().await;
    }
    done
}

impl<S, T> Office<'_, S, T> {
    /// The handlers that are meant: one, or all.
    fn handlers(&self, which: Option<&str>) -> Result<Vec<&'static str>> {
        let all: Vec<_> = self.service.handlers.iter().map(|handler| handler.name).collect();
        match which {
            None => Ok(all),
            Some(name) => match all.iter().find(|handler| **handler == name) {
                Some(handler) => Ok(vec![handler]),
                None => Err(Error::NotFound(format!(
                    "there is no handler `{name}`; there is {}",
                    all.join(", ")
                ))),
            },
        }
    }

    /// What the handlers take.
    fn contracts(&self) -> Vec<&'static Contract> {
        let all = self.service.handlers.iter();
        all.flat_map(|handler| handler.takes).copied().collect()
    }
}
