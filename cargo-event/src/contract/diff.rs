use super::changes::{Change, Line};
use super::compiled::compiled;
use super::files::Folder;
use super::pick::pick;
use crate::error::{Outcome, Result};
use crate::opt;
use crate::output::{Output, Tone};
use crate::project::Project;
use event_contract::Status;
use serde::Serialize;

#[derive(Serialize)]
struct Different {
    event: &'static str,
    version: u32,
    lines: Vec<String>,
}

pub(super) fn run(opt: &opt::Diff, project: &Project, output: Output) -> Result<Outcome> {
    let compiled = compiled(project, &opt.build.cargo)?;
    let picked = pick(&compiled.events, &opt.events)?;
    let mut found = Vec::new();
    for (path, _) in compiled.by_folder() {
        let folder = Folder::read(path)?;
        for event in picked.iter().filter(|event| event.folder == path) {
            let change = Change::of(event, &folder, Status::Live, false);
            if !change.is_accepted() {
                let lines = change.lines();
                show(&change, &lines, output);
                found.push(Different {
                    event: event.now.event,
                    version: event.now.version.get(),
                    lines: lines.iter().map(text).collect(),
                });
            }
        }
    }
    output.value(&found)?;
    if found.is_empty() {
        output.line("the contracts say what the types are");
        return Ok(Outcome::Fine);
    }
    output.line("\n`cargo event contract accept` writes it down");
    Ok(Outcome::Found)
}

fn show(change: &Change<'_>, lines: &[Line], output: Output) {
    let (event, version) = change.name();
    output.line(format_args!("{event} {version}"));
    if change.existing.is_none() {
        output.line("  no contract yet");
    }
    let mut section = "";
    for line in lines {
        if line.section != section {
            section = &line.section;
            output.line(format_args!("  {}", output.tone(Tone::Quiet, section)));
        }
        let tone = if line.added { Tone::Good } else { Tone::Bad };
        output.line(format_args!("  {}", output.tone(tone, text(line))));
    }
}

fn text(line: &Line) -> String {
    format!("{} {}", if line.added { '+' } else { '-' }, line.text)
}
