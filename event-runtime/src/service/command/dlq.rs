use crate::dead_letter::{DeadLetter, DeadLetters, Select};
use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::output;
use crate::topology::Names;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
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
pub(super) struct Which {
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

pub(super) async fn run<S, T>(service: &Service<S, T>, command: Command, json: bool) -> Result<()> {
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
        Command::List(which) => list(service, &letters, &which, json).await,
        Command::Show { id, raw } => show(service, &letters, &id, raw, json).await,
        Command::Replay { which, all, dry_run } => replay(service, &letters, &which, all, dry_run, json).await,
    };
    transport.close().await;
    done
}

/// The handlers that are meant: one, or all.
fn handlers<S, T>(service: &Service<S, T>, which: Option<&str>) -> Result<Vec<&'static str>> {
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

async fn collect<S, T>(service: &Service<S, T>, letters: &DeadLetters, which: &Which) -> Result<Vec<DeadLetter>> {
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

async fn list<S, T>(service: &Service<S, T>, letters: &DeadLetters, which: &Which, json: bool) -> Result<()> {
    let found = collect(service, letters, which).await?;
    if json {
        return output::json(&found);
    }
    output::dead_letters(&found);
    Ok(())
}

async fn show<S, T>(service: &Service<S, T>, letters: &DeadLetters, id: &str, raw: bool, json: bool) -> Result<()> {
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

async fn replay<S, T>(
    service: &Service<S, T>,
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
