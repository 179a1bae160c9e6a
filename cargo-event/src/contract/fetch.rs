use super::files;
use super::lock_file::{LockFile, Pinned, digest};
use super::source::{self, Found};
use crate::atomic::{self, Lock};
use crate::error::{Error, Outcome, Result};
use crate::output::{Output, Tone};
use crate::project::Project;
use crate::{name, opt, plan};
use event_contract::check_event_name;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct Line {
    producer: String,
    file: String,
    state: &'static str,
}

pub(super) fn run(opt: &opt::Fetch, project: &Project, output: Output) -> Result<Outcome> {
    let _lock = Lock::of(&project.contracts)?;
    let mut pinned = LockFile::read(&project.contracts)?;
    if opt.check {
        return check(project, &pinned, output);
    }
    match (&opt.producer, &opt.from) {
        (Some(producer), Some(from)) => {
            let wanted = wanted(opt, project, producer, from, pinned.producer.get(producer))?;
            say(&copy(project, &mut pinned, producer, wanted, opt.force)?, output)?;
        }
        _ if pinned.producer.is_empty() => {
            return Err(Error::new("nothing was fetched before")
                .help("`cargo event contract fetch orders order.placed --from ../orders`"));
        }
        _ => {
            let mut lines = Vec::new();
            for (producer, wanted) in pinned.producer.clone() {
                lines.extend(copy(project, &mut pinned, &producer, wanted, opt.force)?);
            }
            say(&lines, output)?;
        }
    }
    Ok(Outcome::Fine)
}

/// What is asked for now, beside what was before.
fn wanted(opt: &opt::Fetch, project: &Project, producer: &str, from: &str, before: Option<&Pinned>) -> Result<Pinned> {
    name::service(producer)?;
    if opt.events.is_empty() && before.is_none() {
        return Err(Error::new("no event is named").help(format!(
            "`cargo event contract fetch {producer} order.placed --from {from}`"
        )));
    }
    let mut events: Vec<_> = before.map(|before| before.events.clone()).unwrap_or_default();
    for event in &opt.events {
        name::event(event)?;
        events.push(event.clone());
    }
    events.sort();
    events.dedup();
    let source = if source::is_address(from) {
        source::check_address(from)?;
        from.to_owned()
    } else {
        // From the package's folder, so that it holds on another machine with the same folders side by side.
        let path = fs::canonicalize(from).map_err(|error| Error::file("open", Path::new(from), &error))?;
        relative(&project.folder, &path)
            .display()
            .to_string()
            .replace('\\', "/")
    };
    Ok(Pinned {
        source,
        rev: opt.rev.clone(),
        folder: opt.folder.clone().unwrap_or_else(|| "contracts".to_owned()),
        revision: None,
        events,
        files: BTreeMap::new(),
    })
}

/// The way from one folder to another.
pub(crate) fn relative(from: &Path, to: &Path) -> PathBuf {
    let from = fs::canonicalize(from).unwrap_or_else(|_| from.to_owned());
    let (mut from, mut to_parts) = (from.components().peekable(), to.components().peekable());
    if from.peek() != to_parts.peek() {
        // Another drive.
        return to.to_owned();
    }
    while from.peek().is_some() && from.peek() == to_parts.peek() {
        from.next();
        to_parts.next();
    }
    from.map(|_| PathBuf::from(".."))
        .chain(to_parts.map(|part| PathBuf::from(part.as_os_str())))
        .collect()
}

fn read(project: &Project, pinned: &Pinned) -> Result<Found> {
    if let Some(event) = pinned.events.iter().find(|event| check_event_name(event).is_err()) {
        return Err(Error::new(format!("contracts.lock: `{event}` is no name of an event")));
    }
    source::read(
        &pinned.source,
        pinned.rev.as_deref(),
        &pinned.folder,
        &pinned.events,
        &project.folder,
    )
}

fn vendor(project: &Project, producer: &str) -> PathBuf {
    project.contracts.join("vendor").join(producer)
}

fn copy(project: &Project, lock: &mut LockFile, producer: &str, wanted: Pinned, force: bool) -> Result<Vec<Line>> {
    let vendor = vendor(project, producer);
    let before = lock.producer.get(producer);
    if let Some((file, state)) = before
        .map(|before| edited(&vendor, before))
        .transpose()?
        .and_then(|edited| edited.into_iter().next())
        && !force
    {
        return Err(
            Error::new(format!("{} was {state} by hand", project.shown(&vendor.join(file))))
                .help("`--force` overwrites it; changes belong into the producer's repository"),
        );
    }
    let found = read(project, &wanted)?;
    let mut lines = Vec::new();
    for (file, text) in &found.files {
        let path = vendor.join(file);
        let state = match plan::read(&path)? {
            None => "copied",
            Some(there) if there == *text => "unchanged",
            Some(_) => "updated",
        };
        if state != "unchanged" {
            atomic::write(&path, text)?;
        }
        lines.push((file.clone(), state));
    }
    let gone = before
        .into_iter()
        .flat_map(|before| before.files.keys())
        .filter(|file| !found.files.contains_key(*file));
    for file in gone {
        let path = vendor.join(file);
        if path.exists() {
            fs::remove_file(&path).map_err(|error| Error::file("remove", &path, &error))?;
        }
        lines.push((file.clone(), "removed"));
    }
    let files = found
        .files
        .iter()
        .map(|(file, text)| (file.clone(), digest(text)))
        .collect();
    let revision = found.revision;
    lock.producer.insert(
        producer.to_owned(),
        Pinned {
            revision,
            files,
            ..wanted
        },
    );
    // Last: with the old pins and the new copies, the next fetch says that they were edited and can be forced.
    lock.write(&project.contracts)?;
    let lines = lines.into_iter().map(|(file, state)| Line {
        producer: producer.to_owned(),
        file: project.shown(&vendor.join(file)),
        state,
    });
    Ok(lines.collect())
}

/// The copies that are no longer what was pinned.
fn edited(vendor: &Path, pinned: &Pinned) -> Result<Vec<(String, &'static str)>> {
    let mut found = Vec::new();
    for (file, pin) in &pinned.files {
        match plan::read(&vendor.join(file))? {
            None => found.push((file.clone(), "removed")),
            Some(text) if digest(&text) != *pin => found.push((file.clone(), "edited")),
            Some(_) => {}
        }
    }
    for event in files::entries(vendor)? {
        for path in files::entries(&event)?
            .into_iter()
            .chain(files::entries(&event.join("samples"))?)
        {
            let file = path
                .strip_prefix(vendor)
                .unwrap_or(&path)
                .display()
                .to_string()
                .replace('\\', "/");
            if path.is_file() && !pinned.files.contains_key(&file) {
                found.push((file, "added"));
            }
        }
    }
    Ok(found)
}

/// Whether copies were edited, or the producer has gone on.
fn check(project: &Project, lock: &LockFile, output: Output) -> Result<Outcome> {
    let mut lines = Vec::new();
    for (producer, pinned) in &lock.producer {
        let vendor = vendor(project, producer);
        let mut line = |file: &str, state| {
            lines.push(Line {
                producer: producer.clone(),
                file: project.shown(&vendor.join(file)),
                state,
            });
        };
        for (file, state) in edited(&vendor, pinned)? {
            line(
                &file,
                match state {
                    "edited" => "edited by hand",
                    "added" => "added by hand",
                    _ => "removed by hand",
                },
            );
        }
        let found = read(project, pinned)?;
        for (file, text) in &found.files {
            match pinned.files.get(file) {
                None => line(file, "new at the producer"),
                Some(pin) if digest(text) != *pin => line(file, "behind the producer"),
                Some(_) => {}
            }
        }
        for file in pinned.files.keys().filter(|file| !found.files.contains_key(*file)) {
            line(file, "gone at the producer");
        }
    }
    let found = !lines.is_empty();
    say(&lines, output)?;
    if found {
        output.line("\n`cargo event contract fetch` copies what the producers have now");
        return Ok(Outcome::Found);
    }
    output.line("the copies are as the producers have them");
    Ok(Outcome::Fine)
}

fn say(lines: &[Line], output: Output) -> Result<()> {
    for line in lines {
        let tone = match line.state {
            "unchanged" => Tone::Quiet,
            "copied" | "updated" | "removed" => Tone::Good,
            _ => Tone::Bad,
        };
        output.line(format_args!("{} {}", output.tone(tone, line.state), line.file));
    }
    output.value(&lines)
}
