use super::compiled::{View, compiled};
use super::files::{Folder, name, view_place};
use crate::atomic::Lock;
use crate::error::{Error, Outcome, Result};
use crate::output::{Output, Tone};
use crate::plan::Plan;
use crate::project::Project;
use crate::{name as names, opt, plan};
use event_contract::Status;
use event_contract::file::{self, ViewFile};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct Line {
    consumer: &'static str,
    event: &'static str,
    version: u32,
    state: &'static str,
    file: String,
}

pub(super) fn run(opt: &opt::PublishView, project: &Project, output: Output) -> Result<Outcome> {
    let service = opt.service.as_deref().unwrap_or(&project.name);
    names::service(service)?;
    let compiled = compiled(project, &opt.build.cargo)?;
    let contracts = contracts(&opt.to)?;
    let _lock = Lock::of(&contracts)?;
    let folder = Folder::read(&contracts)?;
    let own = compiled.views.iter().filter(|view| view.package == project.folder);
    let own: Vec<_> = own.map(|view| renamed(view, service)).collect();
    let mut plan = Plan::new(&contracts);
    let (mut lines, mut kept) = (Vec::new(), Vec::new());
    for file in &own {
        let Some(entry) = folder.find(file.event, file.version) else {
            continue;
        };
        let about = format!("{} reads `{}` {}", file.reader.consumer, file.event, file.version);
        if entry.committed.status == Status::Draft {
            return Err(Error::new(format!("{about}, which is a draft")).help("the producer accepts it first"));
        }
        let report = folder.read_by(file, entry, &own);
        if !report.is_compatible() {
            return Err(
                Error::new(format!("{about}, and would break:{}", report.only_breaking().text(&[])))
                    .help("`cargo event contract fetch` brings the copy up to date; then the view no longer compiles"),
            );
        }
        let path = contracts.join("views").join(view_place(file));
        if kept.contains(&path) {
            return Err(Error::new(format!(
                "two views are called `{}`, and both read `{}` {}",
                file.reader.consumer, file.event, file.version
            ))
            .help("a view is called after its struct: rename one of them"));
        }
        let text = file::write_view(file);
        let state = match plan::read(&path)? {
            None => "recorded",
            Some(there) if there == text => "unchanged",
            Some(_) => "updated",
        };
        plan.insert(&path, &text)?;
        lines.push(line(file, state, &contracts, &path));
        kept.push(path);
    }
    let gone: Vec<_> = folder
        .views
        .iter()
        .filter(|view| is_of(view.file.reader.consumer, service) && !kept.contains(&view.path))
        .collect();
    lines.extend(
        gone.iter()
            .map(|view| line(&view.file, "taken away", &contracts, &view.path)),
    );
    if lines.is_empty() {
        return Err(Error::new(format!(
            "`{service}` has no view of an event of {}",
            contracts.display()
        ))
        .help("`cargo event add handler NAME --event EVENT --view` makes one"));
    }
    if !opt.dry_run {
        plan.write()?;
        for view in gone {
            remove(&view.path)?;
        }
    }
    say(&lines, opt, output)?;
    Ok(Outcome::Fine)
}

/// The view under the name of this service.
fn renamed(view: &View, service: &str) -> ViewFile {
    let own = view.file.reader.consumer;
    let last = own.rsplit_once('.').map_or(own, |(_, last)| last);
    let mut file = view.file;
    file.reader.consumer = format!("{service}.{last}").leak();
    file
}

fn is_of(consumer: &str, service: &str) -> bool {
    consumer
        .strip_prefix(service)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The producer's contracts: the folder itself, or the one that belongs to the package in it.
fn contracts(given: &Path) -> Result<PathBuf> {
    let place = fs::canonicalize(given).map_err(|error| Error::file("open", given, &error))?;
    if name(&place) == "contracts" {
        return Ok(place);
    }
    file::folder(&place).filter(|folder| folder.is_dir()).ok_or_else(|| {
        Error::new(format!("{} has no folder `contracts`", given.display()))
            .help("`--to` names the folder of the package whose events are read")
    })
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(|error| Error::file("remove", path, &error))?;
    if let Some(folder) = path.parent() {
        // Stays when the consumer reads something else as well.
        _ = fs::remove_dir(folder);
    }
    Ok(())
}

fn line(file: &ViewFile, state: &'static str, contracts: &Path, path: &Path) -> Line {
    Line {
        consumer: file.reader.consumer,
        event: file.event,
        version: file.version.get(),
        state,
        file: path
            .strip_prefix(contracts)
            .unwrap_or(path)
            .display()
            .to_string()
            .replace('\\', "/"),
    }
}

fn say(lines: &[Line], opt: &opt::PublishView, output: Output) -> Result<()> {
    for line in lines {
        let tone = if line.state == "unchanged" {
            Tone::Quiet
        } else {
            Tone::Good
        };
        output.line(format_args!(
            "{} {} reads {} v{}: contracts/{}",
            output.tone(tone, line.state),
            line.consumer,
            line.event,
            line.version,
            line.file
        ));
    }
    output.value(&lines)?;
    if opt.dry_run {
        output.line("nothing was written");
    } else {
        output.line(format_args!("\nnext:\n  commit it in {}", opt.to.display()));
    }
    Ok(())
}
