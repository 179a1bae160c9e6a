use super::{Office, Which};
use crate::dead_letter::DeadLetter;
use crate::envelope::is_attribute;
use crate::error::{Error, Result};
use crate::message::header;
use crate::service::{letters, output};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use event_contract::Contract;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(in crate::service::command) struct Export {
    #[command(flatten)]
    which: Which,
    /// The file to write, one dead letter in JSON on each line; it must not be there yet.
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    to: Option<PathBuf>,
    /// The bytes as they came, and all headers: not redacted.
    #[arg(long)]
    raw: bool,
    /// Write nothing: count, and show the groups.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run<S, T>(office: &Office<'_, S, T>, command: &Export) -> Result<()> {
    let Some(path) = command.to.as_deref().filter(|_| !command.dry_run) else {
        return office.would(&command.which, "exported").await;
    };
    let (mut file, contracts) = (Lines::create(path)?, office.contracts());
    let (mut count, mut failed) = (0_u64, None);
    let more = office
        .browse(&command.which, |letter| {
            if failed.is_none() {
                failed = file.write(&line(&letter, &contracts, command.raw)).err();
                count += 1;
            }
        })
        .await?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    file.keep()?;
    let more: u64 = more.iter().map(|(_, more)| more).sum();
    if office.json {
        return output::json(&json!({ "exported": count, "not_looked_at": more, "to": path }));
    }
    output::line(&format!("{count} dead letters are in {}", path.display()));
    if more > 0 {
        output::line(&format!(
            "only the oldest 10,000 of a handler were looked at; there are {more} more"
        ));
    }
    Ok(())
}

/// A file of lines, which only its owner can read.
pub(super) struct Lines {
    file: File,
    path: PathBuf,
}

impl Lines {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| Error::Setting(format!("{} cannot be made: {error}", path.display())))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    pub(super) fn write(&mut self, line: &Value) -> io::Result<()> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display()));
        self.file.write_all(format!("{line}\n").as_bytes()).map_err(named)
    }

    /// Returns when the disk has it.
    pub(super) fn keep(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// Everything about a dead letter; only what is harmless unless `raw`.
pub(super) fn line(letter: &DeadLetter, contracts: &[&Contract], raw: bool) -> Value {
    let mut line = serde_json::to_value(letter).unwrap_or_else(|_| json!({}));
    let headers = letter.message.headers.iter().map(|(name, value)| {
        let shown = if raw || is_harmless(name) { value } else { "[redacted]" };
        json!([name, shown])
    });
    line["headers"] = headers.collect();
    let body = &letter.message.body;
    match (raw, std::str::from_utf8(body)) {
        (true, Ok(text)) => line["body"] = text.into(),
        (true, Err(_)) => line["body_base64"] = STANDARD.encode(body).into(),
        (false, _) => match letters::redacted(letter, body, contracts) {
            Ok(value) => line["body"] = value,
            Err(why) => line["body_hidden"] = why.into(),
        },
    }
    line
}

/// Our own, properties, and the attributes that CloudEvents knows: an extension may hold anything, and an edited one's
/// original is as sensitive as its body.
fn is_harmless(name: &str) -> bool {
    header::is_history(name)
        || name.starts_with(':')
        || ["traceparent", "tracestate"].contains(&name)
        || is_attribute(name)
}
