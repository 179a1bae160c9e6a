//! Every command and option.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Scaffolds event services, and keeps the contracts of their events.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-event",
    bin_name = "cargo event",
    version,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 all is well, 1 something was found that a check looks for, 2 the command could not do its work."
)]
pub(crate) struct Opt {
    /// The package to work on [default: the one of this folder].
    #[arg(long, global = true, value_name = "CARGO_TOML")]
    pub(crate) manifest_path: Option<PathBuf>,
    /// Results as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a service that compiles, runs in process and has a test.
    New(New),
    /// Add an event or a handler to a service.
    #[command(subcommand)]
    Add(Add),
}

#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Overwrite files that are there and different.
    #[arg(long)]
    pub(crate) force: bool,
    /// Show what would be written; write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// The service's name: one word, such as `payments`; also that of its package.
    #[arg(value_name = "SERVICE")]
    pub(crate) name: String,
    /// Where to make it [default: a folder of that name].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) path: Option<PathBuf>,
    /// A checkout of event-runtime to depend on [default: the version of this command, from crates.io].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) runtime_path: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Add {
    /// Add an event: its struct, its registration and a test.
    Event(AddEvent),
    /// Add a handler: what it takes, how it fails, its registration and a test.
    Handler(AddHandler),
}

#[derive(Debug, Args)]
pub(crate) struct AddEvent {
    /// The event's name: lower-case words joined by dots, such as `order.placed`.
    #[arg(value_name = "EVENT")]
    pub(crate) name: String,
    /// A later version of an event whose contract is accepted: starts with its fields, and an upcast.
    #[arg(long = "version", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) number: u32,
    /// The team that answers for it [default: the package's name].
    #[arg(long)]
    pub(crate) owner: Option<String>,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct AddHandler {
    /// The handler's name, which is that of its function: `charge_card`.
    #[arg(value_name = "HANDLER")]
    pub(crate) name: String,
    /// The event that it takes, such as `order.placed`.
    #[arg(long)]
    pub(crate) event: String,
    /// Take a view of the event, with the fields that are needed; always so for events of another crate.
    #[arg(long)]
    pub(crate) view: bool,
    #[command(flatten)]
    pub(crate) writing: Writing,
}
