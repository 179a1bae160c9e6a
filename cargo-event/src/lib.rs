//! `cargo event`: scaffolds event services, and keeps the contracts of their events.
//!
//! | command | does |
//! |---|---|
//! | `new SERVICE` | makes a service that compiles, runs in process and has a test |
//! | `add event NAME` | adds an event: its struct, its registration and a test |
//! | `add handler NAME --event EVENT` | adds a handler: what it takes, how it fails, its registration and a test |
//! | `contract accept [EVENT ..]` | writes down what the events are now; from then on a break does not compile |
//! | `contract check [--against REF]` | says what is not written down, or would break somebody |
//! | `contract diff`, `show`, `explain` | what `accept` would change; a contract and who reads it; a rule |
//! | `contract retire EVENT.vN` | ends a version |
//! | `contract fetch`, `publish-view` | copies the contracts of a producer elsewhere; records with it what is read here |
//! | `contract export` | writes JSON Schema |
//!
//! Every command has `--json`. The exit code is 0 when all is well, 1 when something was found that a check looks for, and
//! 2 when the command could not do its work.

mod add;
mod atomic;
mod contract;
mod error;
mod git;
mod name;
mod new;
mod opt;
mod output;
mod plan;
mod project;
mod rustfmt;
mod source;
mod template;
mod view;

use clap::Parser as _;
use error::Outcome;
use opt::{Command, Opt};
use output::Output;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command that `arguments` say, the program's name first; Cargo puts `event` after it.
///
/// Prints results to standard output and errors to standard error.
///
/// ```
/// use std::process::ExitCode;
///
/// let refused = cargo_event::run(["cargo-event", "event", "add", "event", "Order.Placed"]);
/// assert_eq!(refused, ExitCode::from(2));
/// ```
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    if arguments.get(1).is_some_and(|first| first == "event") {
        arguments.remove(1);
    }
    let opt = match Opt::try_parse_from(arguments) {
        Ok(opt) => opt,
        Err(error) => {
            // Help and version are no errors; clap knows. A reader that has gone wants no more of them.
            _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let output = Output::new(opt.json);
    let manifest = opt.manifest_path.as_deref();
    let done = match &opt.command {
        Command::New(opt) => new::run(opt, output),
        Command::Add(opt) => add::run(opt, manifest, output),
        Command::Contract(opt) => contract::run(opt, manifest, output),
    };
    match done {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            output.error(&error);
            ExitCode::from(2)
        }
    }
}
