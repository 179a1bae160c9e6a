use super::export::{Lines, line};
use super::{Office, Which};
use crate::error::{Error, Result};
use crate::service::output;
use clap::Args;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::service::command) struct Discard {
    #[command(flatten)]
    which: Which,
    /// All dead letters of the handlers; otherwise say which.
    #[arg(long)]
    all: bool,
    /// Do not ask; needed where nobody sits at a terminal.
    #[arg(long)]
    yes: bool,
    /// Write each of them to this file before it is deleted, not redacted; the file must not be there yet.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Delete nothing: count, and show the groups.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run<S, T>(office: &Office<'_, S, T>, command: &Discard) -> Result<()> {
    if command.dry_run {
        return office.would(&command.which, "deleted").await;
    }
    command.which.must_say(command.all, "--dry-run counts first")?;
    let select = command.which.select();
    if !command.yes {
        ask(office, &command.which).await?;
    }
    let mut file = command.to.as_deref().map(Lines::create).transpose()?;
    let mut all = Vec::new();
    for handler in office.handlers(command.which.handler.as_deref())? {
        let keep = |letter: &_| match &mut file {
            Some(file) => {
                file.write(&line(letter, &[], true))?;
                file.keep()
            }
            None => Ok(()),
        };
        let done = office.letters.discard(handler, &select, keep).await?;
        if !office.json {
            output::line(&format!("{handler}: {} deleted, {} left", done.discarded, done.left));
        }
        all.push(serde_json::json!({ "handler": handler, "discarded": done.discarded, "left": done.left }));
    }
    if office.json { output::json(&all) } else { Ok(()) }
}

/// On a terminal; anywhere else nobody answers.
async fn ask<S, T>(office: &Office<'_, S, T>, which: &Which) -> Result<()> {
    if !io::stdin().is_terminal() {
        return Err(Error::Setting(
            "nobody can be asked here: say --yes to delete them; nothing was deleted".to_owned(),
        ));
    }
    let mut count = 0_u64;
    let more = office.browse(which, |_| count += 1).await?;
    let behind = more.iter().map(|(_, more)| more).sum::<u64>();
    let behind = if behind > 0 {
        format!(", and what is meant of {behind} behind them that were not looked at")
    } else {
        String::new()
    };
    // An answer that nobody can read is no yes.
    let _ = write!(
        io::stderr(),
        "delete {count} dead letters{behind} for good ({})? [y/N] ",
        which.select()
    );
    let _ = io::stderr().flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Error::Setting("nothing was deleted".to_owned())),
    }
}
