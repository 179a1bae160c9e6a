use super::list::say_more;
use super::{Office, Which};
use crate::dead_letter::{DeadLetters, Groups, Replay as How, Replayed};
use crate::error::{Error, Result};
use crate::service::command::words::{rate, span};
use crate::service::{letters, output};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

#[derive(Debug, Args)]
pub(in crate::service::command) struct Replay {
    #[command(flatten)]
    which: Which,
    /// All dead letters of the handlers; otherwise say which.
    #[arg(long)]
    all: bool,
    /// Send nothing: count, and show the groups of what would be sent. With `=run`, also run the handler for each in a
    /// transaction that is undone, and tell what would happen; what it does outside its transaction is done.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "count")]
    dry_run: Option<DryRun>,
    /// Send so many first, wait until each of them was handled or failed again, and go on only if all were handled.
    #[arg(long, value_name = "EVENTS", default_value_t = 0, hide_default_value = true)]
    canary: u32,
    /// How long the canary may take, retries included.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = span)]
    canary_within: Duration,
    /// Send at most so many in a time: `50/s`, `100/m`.
    #[arg(long, value_parser = rate)]
    rate: Option<(u32, Duration)>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DryRun {
    /// Count, and show the groups.
    Count,
    /// Run the handler for each, in a transaction that is undone.
    Run,
}

pub(super) async fn run<S, T>(office: &Office<'_, S, T>, command: &Replay) -> Result<()> {
    match command.dry_run {
        Some(DryRun::Count) => return count(office, &command.which).await,
        Some(DryRun::Run) => return rehearse(office, &command.which).await,
        None => {}
    }
    command.which.must_say(command.all, "--dry-run counts first")?;
    let mut how = How::new().canary(command.canary).canary_within(command.canary_within);
    if let Some((events, per)) = command.rate {
        how = how.rate(events, per);
    }
    let (mut done, mut stopped) = (Vec::new(), false);
    for handler in office.handlers(command.which.handler.as_deref())? {
        let replayed = one(&office.letters, handler, &command.which, &how).await?;
        if !office.json {
            letters::replayed(handler, &replayed);
        }
        stopped = replayed.stopped.is_some();
        done.push(replayed);
        if stopped {
            break;
        }
    }
    if office.json {
        output::json(&done)?;
    }
    match stopped {
        false => Ok(()),
        true => Err(Error::Setting(
            "the replay has stopped; what was sent is sent, the rest is where it was, and the same command goes on with it"
                .to_owned(),
        )),
    }
}

async fn one(letters: &DeadLetters, handler: &'static str, which: &Which, how: &How) -> Result<Replayed> {
    let bar = bar(handler, letters.count(handler).await?);
    let select = which.select();
    let replayed = letters
        .replay_with(handler, &select, how, |at| bar.set_position(at))
        .await;
    bar.finish_and_clear();
    replayed
}

/// On standard error, where it is a terminal.
pub(super) fn bar(handler: &'static str, all: u64) -> ProgressBar {
    let bar = ProgressBar::new(all).with_message(handler);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

async fn count<S, T>(office: &Office<'_, S, T>, which: &Which) -> Result<()> {
    office.would(which, "sent again").await
}

impl<S, T> Office<'_, S, T> {
    /// How many dead letters are meant, and in which groups; nothing is done to them.
    pub(super) async fn would(&self, which: &Which, done: &str) -> Result<()> {
        let (mut groups, mut count) = (Groups::default(), 0_u64);
        let more = self
            .browse(which, |letter| {
                count += 1;
                groups.add(&letter);
            })
            .await?;
        let groups = groups.finish();
        if self.json {
            return output::json(&serde_json::json!({ "count": count, "groups": groups }));
        }
        if count > 0 {
            letters::groups(&groups);
        }
        output::line(&format!("{count} dead letters would be {done}"));
        say_more(&more);
        Ok(())
    }
}

async fn rehearse<S, T>(office: &Office<'_, S, T>, which: &Which) -> Result<()> {
    let (mut all, select) = (Vec::new(), which.select());
    for handler in office.handlers(which.handler.as_deref())? {
        if which.handler.is_none() && office.letters.count(handler).await? == 0 {
            continue;
        }
        let rehearsed = office.letters.rehearse(handler, &select).await?;
        if !office.json {
            letters::rehearsed(handler, &rehearsed);
        }
        all.extend(rehearsed);
    }
    if office.json {
        return output::json(&all);
    }
    output::line("everything in the store was undone; what handlers did outside their transactions was done");
    Ok(())
}
