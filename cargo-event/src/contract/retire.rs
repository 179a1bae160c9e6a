use super::files::{Folder, split};
use super::pick::unknown;
use crate::atomic::{self, Lock};
use crate::error::{Error, Outcome, Result};
use crate::opt;
use crate::output::{Output, Tone};
use crate::project::Project;
use event_contract::Status;
use serde::Serialize;

#[derive(Serialize)]
struct Retired<'a> {
    event: &'a str,
    version: u32,
    reason: &'a str,
    file: String,
}

pub(super) fn run(opt: &opt::Retire, project: &Project, output: Output) -> Result<Outcome> {
    let (event, version) = split(&opt.event);
    let version = version.ok_or_else(|| {
        Error::new(format!("`{}` names no version", opt.event)).help(format!("one version is retired: `{event}.v1`"))
    })?;
    let reason = opt.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(Error::new("the reason is empty").help("say why nobody needs the version any more"));
    }
    let _lock = Lock::of(&project.contracts)?;
    let folder = Folder::read(&project.contracts)?;
    let known = || folder.contracts.iter().map(|entry| entry.committed.event);
    let entry = folder
        .find(event, version)
        .ok_or_else(|| unknown(&opt.event, known()))?;
    if entry.committed.status == Status::Retired {
        output.line(format_args!("{event} {version} is retired already"));
        return Ok(Outcome::Fine);
    }
    let readers = folder.readers(event, version);
    if !readers.is_empty() {
        let names: Vec<_> = readers.iter().map(|reader| reader.consumer).collect();
        return Err(
            Error::new(format!("`{event}` {version} is still read by {}", names.join(", ")))
                .help("when they no longer do, their `cargo event contract publish-view` takes the view away"),
        );
    }
    let today = jiff::Timestamp::now().strftime("%F");
    let text = retired(&entry.text, &format!("# Retired on {today}: {reason}"))
        .ok_or_else(|| Error::new(format!("{}: it has no line for its status", project.shown(&entry.path))))?;
    atomic::write(&entry.path, &text)?;
    let shown = project.shown(&entry.path);
    output.line(format_args!(
        "{} {event} {version}: {shown}",
        output.tone(Tone::Good, "retired")
    ));
    let newest = folder
        .contracts
        .iter()
        .filter(|entry| entry.committed.event == event)
        .all(|entry| entry.committed.version <= version);
    if newest {
        output.note(format!("`{event}` has no newer version"));
    }
    output.value(&Retired {
        event,
        version: version.get(),
        reason: &reason,
        file: shown,
    })?;
    Ok(Outcome::Fine)
}

/// The text with another status, and the reason above it. Everything else stays as it is, comments too.
fn retired(text: &str, reason: &str) -> Option<String> {
    let line = text.lines().find(|line| {
        let rest = line.strip_prefix("status").map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with('='))
    })?;
    Some(text.replacen(line, &format!("{reason}\nstatus = \"retired\""), 1))
}

#[cfg(test)]
mod tests {
    use super::retired;

    #[test]
    fn only_the_status_changes() {
        let text = "# a\nevent = \"x\"\nstatus = \"live\"\nsummary = \"the status = live\"\n";
        assert_eq!(
            retired(text, "# why").as_deref(),
            Some("# a\nevent = \"x\"\n# why\nstatus = \"retired\"\nsummary = \"the status = live\"\n")
        );
        assert_eq!(retired("event = 1\n", "# why"), None);
    }
}
