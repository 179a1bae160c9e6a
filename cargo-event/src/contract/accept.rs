use super::changes::Change;
use super::compiled::{Compiled, Event, compiled};
use super::files::Folder;
use super::pick::pick;
use crate::atomic::Lock;
use crate::error::{Error, Outcome, Result};
use crate::opt;
use crate::output::{Output, Tone};
use crate::plan::{self, Care, Plan};
use crate::project::Project;
use event_contract::file::{self, Accepted, Refused};
use event_contract::{Shape, Status, json};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Serialize)]
struct Done {
    event: &'static str,
    version: u32,
    status: &'static str,
    action: &'static str,
    added: Vec<String>,
    file: String,
    sample: Option<String>,
}

pub(super) fn run(opt: &opt::Accept, project: &Project, output: Output) -> Result<Outcome> {
    let compiled = compiled(project, &opt.build.cargo)?;
    let picked = pick(&compiled.events, &opt.events)?;
    if picked.is_empty() {
        output.line("there are no events here; `cargo event add event NAME` adds one");
        output.value(&Vec::<Done>::new())?;
        return Ok(Outcome::Fine);
    }
    accept(opt, project, &compiled, &picked, output)
}

/// All of them, or none when one is refused.
fn accept(
    opt: &opt::Accept,
    project: &Project,
    compiled: &Compiled,
    picked: &[&Event],
    output: Output,
) -> Result<Outcome> {
    let status = if opt.draft { Status::Draft } else { Status::Live };
    let (mut plan, mut done, mut refused, mut locks) = (Plan::new(&project.folder), Vec::new(), Vec::new(), Vec::new());
    for (path, _) in compiled.by_folder() {
        // Held until everything is written: what is read here must not be older than what is there then.
        locks.push(Lock::of(path)?);
        let folder = Folder::read(path)?;
        for event in picked.iter().filter(|event| event.folder == path) {
            let change = Change::of(event, &folder, status, true);
            match &change.result {
                Ok(accepted) => done.push(write(&mut plan, project, &folder, &change, accepted, output)?),
                Err(why) => refused.push(refusal(event, why)),
            }
        }
    }
    if !refused.is_empty() {
        return Err(
            Error::new(format!("nothing was accepted\n\n{}\n", refused.join("\n\n")))
                .help("take the change back, or make a new version: `cargo event add event NAME --version N`"),
        );
    }
    if opt.dry_run {
        return plan.carry_out(
            Care {
                force: true,
                dry_run: true,
            },
            output,
        );
    }
    plan.write()?;
    output.value(&done)?;
    let is_new = done.iter().any(|done| done.action == "accepted");
    if is_new && compiled.by_folder().keys().any(|folder| project.overlooks(folder)) {
        output.note(
            "Cargo looks at a new contract only when something else has changed, too; a `build.rs` that prints \
             `cargo::rerun-if-changed=contracts` makes it look",
        );
    }
    Ok(Outcome::Fine)
}

fn write(
    plan: &mut Plan,
    project: &Project,
    folder: &Folder,
    change: &Change<'_>,
    accepted: &Accepted,
    output: Output,
) -> Result<Done> {
    let (name, version) = change.name();
    let committed = &accepted.committed;
    let path = folder.contract_path(name, version);
    let (before, after) = change.texts();
    let action = match change.status() {
        None => "accepted",
        _ if before == after => "unchanged",
        Some(Status::Draft) if committed.status == Status::Live => "now live",
        Some(_) => "changed",
    };
    let (shown, status) = (project.shown(&path), committed.status.word());
    let tone = if action == "unchanged" { Tone::Quiet } else { Tone::Good };
    output.line(format_args!(
        "{} {name} {version} ({status}): {shown}",
        output.tone(tone, action)
    ));
    if change.existing.is_some() && change.status() != Some(Status::Draft) {
        accepted
            .added
            .iter()
            .for_each(|place| output.line(format_args!("  + {place}")));
    }
    let warnings = accepted.warnings.text(&folder.readers(name, version));
    if !warnings.is_empty() {
        output.line(format_args!("{}{warnings}", output.tone(Tone::Doubtful, "warning:")));
    }
    if action != "unchanged" {
        plan.insert(&path, &file::write(committed))?;
    }
    let sample = sample(plan, folder.sample_path(name, version), change, committed.status)?;
    if let Some(sample) = &sample {
        output.line(format_args!("  golden sample: {}", project.shown(sample)));
    }
    Ok(Done {
        event: name,
        version: version.get(),
        status,
        action,
        added: accepted.added.clone(),
        file: shown,
        sample: sample.map(|sample| project.shown(&sample)),
    })
}

/// The golden sample, written once: from then on every version of the code has to read it.
///
/// A draft has none, because it may still become something that cannot.
fn sample(plan: &mut Plan, path: PathBuf, change: &Change<'_>, status: Status) -> Result<Option<PathBuf>> {
    if status != Status::Live || plan::read(&path)?.is_some() {
        return Ok(None);
    }
    let sample = json::sample(&Shape::Object(change.event.now.data));
    plan.create(path.clone(), &format!("{sample:#}\n"))?;
    Ok(Some(path))
}

fn refusal(event: &Event, why: &Refused) -> String {
    format!("`{}` {}: {why}", event.now.event, event.now.version)
}
