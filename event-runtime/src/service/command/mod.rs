//! The commands of a service's binary, one file for each that has more to say than a line.

mod dlq;
mod export;
mod held;
mod outbox;
mod replay;
mod topology;
mod words;

pub(super) use self::dlq::Status;
use super::builder::Service;
use super::{describe, output, signal};
use crate::error::Result;
use clap::{Parser, Subcommand};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// An event service: runs its handlers, and shows and mends what went wrong.
#[derive(Debug, Parser)]
#[command(disable_help_subcommand = true)]
struct Arguments {
    /// Where the broker is (without credentials: from the environment); in process without one.
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
    /// The topic exchange that all services of an environment share.
    #[arg(long, global = true)]
    bus: Option<String>,
    /// Results as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the handlers until SIGTERM or Ctrl-C (the default).
    Run,
    /// Show events, handlers, the flow between them and the guarantees in force; needs no broker.
    Describe,
    /// Show what this binary was built with: every version of every event, its status and its fields; needs no broker.
    Contracts(export::Contracts),
    /// Write the service as an AsyncAPI 3.0 document, in JSON; needs no broker.
    Asyncapi(export::AsyncApi),
    /// Write a page about the events and handlers, for people; needs no broker.
    Catalog(export::Page),
    /// Compare the exchanges and queues on the broker with what the service needs, and make what is missing.
    #[command(subcommand)]
    Topology(topology::Command),
    /// Look at dead letters, send them again, mend and delete them.
    #[command(subcommand)]
    Dlq(dlq::Command),
    /// Send events of the bus's archive to one handler again, and to nobody else.
    Replay(replay::Replay),
    /// List, show and replay the keys that are held behind a failed event.
    #[command(subcommand)]
    Held(held::Command),
    /// Show what waits in the outbox, and deal with what the broker refused.
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// Publish from the outbox, and handle nothing.
    Relay,
    /// Make the store's tables, or bring them up to date.
    Migrate {
        /// Print the statements instead, for another migration tool.
        #[arg(long)]
        print: bool,
    },
}

pub(super) async fn main<S, T>(mut service: Service<S, T>) -> Result<()> {
    let arguments = Arguments::parse();
    service.config.read_environment()?;
    if arguments.url.is_some() {
        service.config.url = arguments.url;
    }
    if let Some(bus) = arguments.bus {
        service.config.bus = bus;
    }
    service.check()?;
    match arguments.command.unwrap_or(Command::Run) {
        Command::Run => {
            log(tracing::Level::INFO);
            let running = service.start_as_told().await?;
            signal::until_asked_to_stop(running).await
        }
        Command::Describe => {
            let description = describe::describe(&service);
            if arguments.json {
                return output::json(&description);
            }
            output::description(&description);
            Ok(())
        }
        Command::Contracts(command) => export::contracts(&service, &command, arguments.json),
        Command::Asyncapi(command) => export::asyncapi(&service, &command),
        Command::Catalog(command) => export::page(&service, &command),
        Command::Topology(command) => topology::run(&service, &command, arguments.json).await,
        Command::Dlq(command) => {
            log_with(tracing::Level::WARN, ",event_runtime::audit=info");
            dlq::run(&service, command, arguments.json).await
        }
        Command::Replay(command) => {
            log(tracing::Level::WARN);
            replay::run(&service, command, arguments.json).await
        }
        Command::Held(command) => {
            log(tracing::Level::WARN);
            held::run(&service, &command, arguments.json).await
        }
        Command::Outbox(command) => {
            log(tracing::Level::WARN);
            outbox::run(&service, &command, arguments.json).await
        }
        Command::Relay => {
            log(tracing::Level::INFO);
            outbox::relay(service).await
        }
        Command::Migrate { print } => {
            log(tracing::Level::WARN);
            outbox::migrate(&service, print).await
        }
    }
}

/// Logs to standard error; `RUST_LOG` overrides the level. A subscriber that the program has set stays.
///
/// The client library is silent unless asked for: what it says of a lost connection we say as well, once.
fn log(level: tracing::Level) {
    log_with(level, "");
}

fn log_with(level: tracing::Level, more: &str) {
    let said = std::env::var("RUST_LOG").unwrap_or_default();
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .parse_lossy(if said.is_empty() {
            format!("{level},lapin=off{more}")
        } else {
            said
        });
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}
