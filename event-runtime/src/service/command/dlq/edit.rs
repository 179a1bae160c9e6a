use super::Office;
use super::export::{Lines, line};
use crate::dead_letter::{DeadLetter, Edit as How, Select};
use crate::envelope::{EventId, holds_event};
use crate::error::{Error, Result};
use crate::service::{diff, letters, output};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::service::command) struct Edit {
    /// The event's id.
    id: String,
    /// Of this handler; needed where several have a dead letter with this id.
    #[arg(long)]
    handler: Option<String>,
    /// Give a field another value: `total=12`, `lines.0.name="tea"`; may be repeated. What is not JSON is a text.
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment, required_unless_present = "body")]
    set: Vec<(String, Value)>,
    /// The whole body, from a file.
    #[arg(long, value_name = "FILE", conflicts_with = "set")]
    body: Option<PathBuf>,
    /// Give the event another id, made up or this one: it counts as another event then.
    #[arg(long, value_name = "ID", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    new_id: Option<String>,
    /// Write the original to this file, not redacted, instead of keeping its body with the dead letter.
    #[arg(long, value_name = "FILE")]
    original: Option<PathBuf>,
    /// Change nothing: show the difference, and whether the handler could read it.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run<S, T>(office: &Office<'_, S, T>, command: &Edit) -> Result<()> {
    let letter = find(office, command).await?;
    let handler = letter.handler.clone();
    let body = new_body(&letter, command)?;
    let lines = difference(office, &letter, &body);
    let mut how = How::body(body).expecting(letter.message.body.clone());
    if let Some(id) = &command.new_id {
        how = how.new_id(match id.is_empty() {
            true => EventId::new().to_string(),
            false => id.clone(),
        });
    }
    if command.original.is_some() {
        how = how.original_is_kept();
    }
    let new_id = how.new_id.clone();
    if !office.json {
        lines.iter().for_each(|line| output::line(line));
    }
    let message = office.letters.edited(&letter, &how)?;
    office.letters.must_be_readable(&handler, &message).await?;
    if !command.dry_run {
        if let Some(path) = &command.original {
            let mut file = Lines::create(path)?;
            file.write(&line(&letter, &[], true))?;
            file.keep()?;
        }
        office.letters.edit(&handler, &command.id, &how).await?;
    }
    if office.json {
        return output::json(&json!({
            "handler": handler,
            "id": new_id.as_ref().unwrap_or(&command.id),
            "difference": lines,
            "edited": !command.dry_run,
        }));
    }
    output::line(&match command.dry_run {
        true => format!("`{handler}` could read it; nothing was changed"),
        false => format!(
            "{} is edited, and `{handler}` can read it; `dlq replay --id {}` sends it",
            command.id,
            new_id.as_ref().unwrap_or(&command.id)
        ),
    });
    Ok(())
}

/// The oldest dead letter with the id.
async fn find<S, T>(office: &Office<'_, S, T>, command: &Edit) -> Result<DeadLetter> {
    let (select, mut found) = (Select::ids([&command.id]), Vec::<DeadLetter>::new());
    for handler in office.handlers(command.handler.as_deref())? {
        let before = found.len();
        office
            .letters
            .browse(handler, &select, |letter| found.push(letter))
            .await?;
        found.truncate(before + 1);
    }
    let handlers: Vec<_> = found.iter().map(|letter| letter.handler.clone()).collect();
    match (found.pop(), found.is_empty()) {
        (Some(letter), true) => Ok(letter),
        (None, _) => Err(Error::NotFound(format!(
            "no dead letter has the id `{}`; `dlq list` shows them",
            command.id
        ))),
        (Some(_), false) => Err(Error::Setting(format!("say which: --handler {}", handlers.join(" | ")))),
    }
}

fn new_body(letter: &DeadLetter, command: &Edit) -> Result<Vec<u8>> {
    if let Some(path) = &command.body {
        return std::fs::read(path)
            .map_err(|error| Error::Setting(format!("{} cannot be read: {error}", path.display())));
    }
    let mut value: Value = serde_json::from_slice(&letter.message.body)
        .map_err(|_| Error::Setting("the body is not JSON: give the whole of it with `--body FILE`".to_owned()))?;
    // Of a whole event the fields are those of its data.
    let data = match holds_event(&letter.message) {
        true => value.get_mut("data").ok_or_else(|| {
            Error::Setting("the event has no `data` in JSON: give the whole body with `--body FILE`".to_owned())
        })?,
        false => &mut value,
    };
    for (path, new) in &command.set {
        diff::set(data, path, new.clone()).map_err(Error::Setting)?;
    }
    serde_json::to_vec(&value).map_err(|error| Error::Other(error.into()))
}

/// What changes, with what is sensitive hidden.
fn difference<S, T>(office: &Office<'_, S, T>, letter: &DeadLetter, new: &[u8]) -> Vec<String> {
    let (old, contracts) = (&letter.message.body, office.contracts());
    let shown = |body: &[u8]| {
        let raw = serde_json::from_slice::<Value>(body).ok()?;
        Some((raw, letters::redacted(letter, body, &contracts).ok()?))
    };
    match (shown(old), shown(new)) {
        (Some(old), Some(new)) => diff::diff((&old.0, &old.1), (&new.0, &new.1)),
        _ => vec![
            format!("- {} bytes that cannot be shown", old.len()),
            format!("+ {} bytes", new.len()),
        ],
    }
}

/// `path=value`.
fn assignment(text: &str) -> Result<(String, Value), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.is_empty() => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
            Ok((path.to_owned(), value))
        }
        _ => Err("use a path and a value: `total=12`".to_owned()),
    }
}
