use super::builder::Service;
use super::{describe, output, signal, start};
use crate::dead_letter::{DeadLetter, DeadLetters, Select};
use crate::error::{Error, Result};
use crate::topology::Names;
use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::Arc;
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
    /// Compare the exchanges and queues on the broker with what the service needs, and make what is missing.
    #[command(subcommand)]
    Topology(TopologyCommand),
    /// List, show and replay dead letters.
    #[command(subcommand)]
    Dlq(DlqCommand),
}

#[derive(Debug, Subcommand)]
enum TopologyCommand {
    /// Show what is missing or different; exit code 1 if anything is. Changes nothing.
    Plan,
    /// Make what is missing.
    Apply,
}

#[derive(Debug, Subcommand)]
enum DlqCommand {
    /// List dead letters, oldest first.
    List(Which),
    /// Show one dead letter with its whole history; sensitive fields are redacted.
    Show {
        /// The event's id.
        id: String,
        /// The bytes as they came, not redacted.
        #[arg(long)]
        raw: bool,
    },
    /// Send dead letters to their handler again.
    Replay {
        #[command(flatten)]
        which: Which,
        /// All dead letters of the handlers; otherwise say which.
        #[arg(long)]
        all: bool,
        /// Only count.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// Only of this handler.
    #[arg(long)]
    handler: Option<String>,
    /// Only these events; may be repeated.
    #[arg(long)]
    id: Vec<String>,
    /// Only with this reason, such as `exhausted`, `poison` or `malformed`.
    #[arg(long)]
    reason: Option<String>,
    /// Only with this fingerprint.
    #[arg(long)]
    fingerprint: Option<String>,
    /// Only of this key.
    #[arg(long)]
    key: Option<String>,
}

impl Which {
    fn select(&self) -> Select {
        Select {
            ids: self.id.clone(),
            reason: self.reason.clone(),
            fingerprint: self.fingerprint.clone(),
            key: self.key.clone(),
        }
    }

    fn says_nothing(&self) -> bool {
        self.id.is_empty() && self.reason.is_none() && self.fingerprint.is_none() && self.key.is_none()
    }
}

pub(super) async fn main<S>(mut service: Service<S>) -> Result<()> {
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
        Command::Topology(command) => topology(&service, &command, arguments.json).await,
        Command::Dlq(command) => {
            log(tracing::Level::WARN);
            dlq(&service, command, arguments.json).await
        }
    }
}

/// Logs to standard error; `RUST_LOG` overrides the level. A subscriber that the program has set stays.
///
/// The client library is silent unless asked for: what it says of a lost connection we say as well, once.
fn log(level: tracing::Level) {
    let said = std::env::var("RUST_LOG").unwrap_or_default();
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .parse_lossy(if said.is_empty() {
            format!("{level},lapin=off")
        } else {
            said
        });
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}

async fn topology<S>(service: &Service<S>, command: &TopologyCommand, json: bool) -> Result<()> {
    let names = Names::new(&service.config.bus, &service.config.service);
    let topology = start::topology(&names, &service.handlers, &service.publishes);
    let transport = service.config.transport()?;
    let plan = match command {
        TopologyCommand::Plan => transport.plan(&topology).await?,
        TopologyCommand::Apply => transport.apply(&topology).await?,
    };
    let ready = plan.missing.is_empty() && plan.different.is_empty();
    if json {
        output::json(&plan)?;
    } else {
        output::plan(&plan, &topology, &transport.describe());
        match command {
            TopologyCommand::Plan if !ready => output::line("`topology apply` makes what is missing (+)"),
            TopologyCommand::Apply => output::line("applied"),
            TopologyCommand::Plan => {}
        }
    }
    transport.close().await;
    if matches!(command, TopologyCommand::Plan) && !ready {
        return Err(Error::Setting("the broker is not as this service needs it".to_owned()));
    }
    Ok(())
}

async fn dlq<S>(service: &Service<S>, command: DlqCommand, json: bool) -> Result<()> {
    if service.config.url.is_none() && service.config.transport.is_none() {
        return Err(Error::Setting(
            "dead letters of a service that runs in process are gone with the process; set EVENT_URL or --url"
                .to_owned(),
        ));
    }
    let transport = service.config.transport()?;
    let names = Names::new(&service.config.bus, &service.config.service);
    let letters = DeadLetters::new(Arc::clone(&transport), names);
    let done = match command {
        DlqCommand::List(which) => list(service, &letters, &which, json).await,
        DlqCommand::Show { id, raw } => show(service, &letters, &id, raw, json).await,
        DlqCommand::Replay { which, all, dry_run } => replay(service, &letters, &which, all, dry_run, json).await,
    };
    transport.close().await;
    done
}

/// The handlers that are meant: one, or all.
fn handlers<S>(service: &Service<S>, which: Option<&str>) -> Result<Vec<&'static str>> {
    let all: Vec<_> = service.handlers.iter().map(|handler| handler.name).collect();
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

async fn collect<S>(service: &Service<S>, letters: &DeadLetters, which: &Which) -> Result<Vec<DeadLetter>> {
    let select = which.select();
    let mut found = Vec::new();
    for handler in handlers(service, which.handler.as_deref())? {
        found.extend(
            letters
                .list(handler)
                .await?
                .into_iter()
                .filter(|letter| select.takes(letter)),
        );
    }
    Ok(found)
}

async fn list<S>(service: &Service<S>, letters: &DeadLetters, which: &Which, json: bool) -> Result<()> {
    let found = collect(service, letters, which).await?;
    if json {
        return output::json(&found);
    }
    output::dead_letters(&found);
    Ok(())
}

async fn show<S>(service: &Service<S>, letters: &DeadLetters, id: &str, raw: bool, json: bool) -> Result<()> {
    let mut found = Vec::new();
    for handler in handlers(service, None)? {
        found.extend(
            letters
                .list(handler)
                .await?
                .into_iter()
                .filter(|letter| letter.id.as_deref() == Some(id)),
        );
    }
    if found.is_empty() {
        return Err(Error::NotFound(format!(
            "no dead letter has the id `{id}`; `dlq list` shows them"
        )));
    }
    if json {
        return output::json(&found);
    }
    let contracts: Vec<_> = service
        .handlers
        .iter()
        .flat_map(|handler| handler.takes)
        .copied()
        .collect();
    found
        .iter()
        .for_each(|letter| output::dead_letter(letter, &contracts, raw));
    Ok(())
}

async fn replay<S>(
    service: &Service<S>,
    letters: &DeadLetters,
    which: &Which,
    all: bool,
    dry_run: bool,
    json: bool,
) -> Result<()> {
    if which.says_nothing() && !all && !dry_run {
        return Err(Error::Setting(
            "say which dead letters: --id, --reason, --fingerprint, --key, or --all; --dry-run counts first".to_owned(),
        ));
    }
    if dry_run {
        let found = collect(service, letters, which).await?;
        output::line(&format!("{} dead letters would be sent again", found.len()));
        return Ok(());
    }
    let mut done = Vec::new();
    for handler in handlers(service, which.handler.as_deref())? {
        let bar = ProgressBar::new(letters.count(handler).await?).with_message(handler);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        let replayed = letters
            .replay(handler, &which.select(), |at| bar.set_position(at))
            .await?;
        bar.finish_and_clear();
        if replayed.sent > 0 {
            tracing::warn!(
                handler,
                replay = replayed.id,
                sent = replayed.sent,
                left = replayed.left,
                "replayed"
            );
        }
        if !json {
            output::line(&format!(
                "{handler}: {} sent again, {} left",
                replayed.sent, replayed.left
            ));
        }
        done.push(replayed);
    }
    if json { output::json(&done) } else { Ok(()) }
}
