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
    /// Accept, check and share the contracts of events.
    #[command(subcommand)]
    Contract(Contract),
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
    /// Leave the RabbitMQ client out: quicker to build, for trying things out.
    #[arg(long)]
    pub(crate) in_process: bool,
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

#[derive(Debug, Subcommand)]
pub(crate) enum Contract {
    /// Write down what the events are now; from then on a break does not compile.
    Accept(Accept),
    /// Say what is not written down, or would break somebody.
    Check(Check),
    /// Show what `accept` would change.
    Diff(Diff),
    /// Show a contract: its fields, and who reads them.
    Show(Show),
    /// Explain a rule of compatibility; without one, list them all.
    Explain(Explain),
    /// End a version: nobody publishes it any more, and nobody has to read it.
    Retire(Retire),
    /// Copy the contracts of a producer elsewhere, for views of its events.
    Fetch(Fetch),
    /// Record with a producer what this package reads of its events.
    PublishView(PublishView),
    /// Write the contracts as JSON Schema, for other languages.
    Export(Export),
}

/// How to build the types.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// Options for `cargo test`, such as `--all-features`.
    #[arg(last = true, value_name = "CARGO OPTIONS")]
    pub(crate) cargo: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Only these events, such as `order.placed` or `order.placed.v2` [default: all].
    #[arg(value_name = "EVENT")]
    pub(crate) events: Vec<String>,
    /// Begin new contracts as drafts, which may still change as they like.
    #[arg(long)]
    pub(crate) draft: bool,
    /// Show what would be written; write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Compare the contract files with those of this commit, branch or tag, too.
    #[arg(long, value_name = "GIT REF")]
    pub(crate) against: Option<String>,
    /// Only the files: build nothing.
    #[arg(long)]
    pub(crate) no_build: bool,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Only these events [default: all].
    #[arg(value_name = "EVENT")]
    pub(crate) events: Vec<String>,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// `order.placed`, which is its newest version, or `order.placed.v1`.
    #[arg(value_name = "EVENT")]
    pub(crate) event: String,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule's id, as it stands in brackets behind an error: `field-removed`.
    #[arg(value_name = "RULE")]
    pub(crate) rule: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Retire {
    /// The event and its version: `order.placed.v1`.
    #[arg(value_name = "EVENT.VERSION")]
    pub(crate) event: String,
    /// Why nobody needs it any more; it goes into the file.
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct Fetch {
    /// What the producer is called here: one word, such as `orders`. Without it, what was fetched before is fetched again.
    #[arg(value_name = "PRODUCER", requires = "from")]
    pub(crate) producer: Option<String>,
    /// The events, such as `order.placed`.
    #[arg(value_name = "EVENT", requires = "producer")]
    pub(crate) events: Vec<String>,
    /// The producer's folder, or the address of its git repository.
    #[arg(long, value_name = "PATH OR URL", requires = "producer")]
    pub(crate) from: Option<String>,
    /// The branch, tag or commit of the git repository [default: its main branch].
    #[arg(long, value_name = "GIT REF", requires = "from")]
    pub(crate) rev: Option<String>,
    /// Where the contracts are in there [default: contracts].
    #[arg(long, value_name = "FOLDER", requires = "from")]
    pub(crate) folder: Option<String>,
    /// Say whether the copies are behind, or edited by hand; change nothing.
    #[arg(long, conflicts_with = "producer")]
    pub(crate) check: bool,
    /// Overwrite copies that were edited by hand.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PublishView {
    /// The producer's folder.
    #[arg(long, value_name = "PATH")]
    pub(crate) to: PathBuf,
    /// What this consumer is called there [default: the package's name].
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Show what would be written; write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Where to write one JSON Schema per event and version.
    #[arg(long, value_name = "FOLDER", default_value = "contracts/export")]
    pub(crate) json_schema: PathBuf,
    /// Say whether the files there are as they would be written; change nothing.
    #[arg(long)]
    pub(crate) check: bool,
}
