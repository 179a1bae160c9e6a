use super::changes::Change;
use super::compiled::compiled;
use super::files::Folder;
use super::history::Past;
use crate::error::{Outcome, Result};
use crate::opt;
use crate::output::{self, Output, Tone};
use crate::plan;
use crate::project::Project;
use event_contract::Status;
use event_contract::compare::compare_committed;
use serde::Serialize;
use std::collections::BTreeMap;

/// One line of the result.
#[derive(Serialize)]
struct Row {
    event: String,
    version: u32,
    status: &'static str,
    /// It is what the check is looking for.
    found: bool,
    state: String,
}

/// What the check has seen so far.
#[derive(Default)]
struct Findings {
    rows: Vec<Row>,
    /// Paragraphs about what breaks.
    breaks: Vec<String>,
    /// Paragraphs about what somebody may have to know.
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Checked<'a> {
    events: &'a [Row],
    breaking: &'a [String],
    warnings: &'a [String],
}

pub(super) fn run(opt: &opt::Check, project: &Project, output: Output) -> Result<Outcome> {
    let mut findings = Findings::default();
    if opt.no_build {
        for path in project.all_contracts() {
            findings.files(&Folder::read(&path)?);
        }
    } else {
        let compiled = compiled(project, &opt.build.cargo)?;
        let mut folders: BTreeMap<_, _> = project
            .all_contracts()
            .into_iter()
            .map(|path| (path, Vec::new()))
            .collect();
        for event in &compiled.events {
            folders.entry(event.folder.clone()).or_insert_with(Vec::new).push(event);
        }
        for (path, events) in folders {
            let folder = Folder::read(&path)?;
            for event in &events {
                findings.event(&Change::of(event, &folder, Status::Live, false), &folder);
            }
            findings.without_type(&folder, |name, version| {
                events
                    .iter()
                    .any(|event| event.now.event == name && event.now.version == version)
            });
        }
    }
    for path in project.all_known_contracts() {
        let folder = Folder::read(&path)?;
        findings.views(&folder);
        if let Some(name) = &opt.against {
            findings.against(&folder, &Past::read(&path, name)?, name);
        }
    }
    findings.show(output)
}

impl Findings {
    /// An event as its type is, beside its contract.
    fn event(&mut self, change: &Change<'_>, folder: &Folder) {
        let (name, version) = change.name();
        let (found, state) = match (&change.result, change.status()) {
            (_, None) => (
                true,
                "no contract yet; `cargo event contract accept` writes it".to_owned(),
            ),
            (Err(why), _) => {
                self.breaks.push(format!("{name} {version}: {why}"));
                (true, "breaks who reads it".to_owned())
            }
            (Ok(_), Some(Status::Retired)) => (false, "retired".to_owned()),
            (Ok(_), Some(status)) if change.is_accepted() => (false, self.accepted(change, folder, status)),
            (Ok(accepted), Some(_)) => {
                let added: Vec<_> = accepted.added.iter().map(|place| format!("+ {place}")).collect();
                let changed = if added.is_empty() {
                    String::new()
                } else {
                    format!(": {}", added.join(", "))
                };
                (true, format!("changed, not accepted{changed}"))
            }
        };
        if let Ok(accepted) = &change.result
            && change.status() == Some(Status::Live)
            && !accepted.warnings.is_clean()
        {
            self.warnings.push(format!(
                "{name} {version}:{}",
                accepted.warnings.text(&folder.readers(name, version))
            ));
        }
        self.rows.push(Row {
            event: name.to_owned(),
            version: version.get(),
            status: change.status().map_or("-", Status::word),
            found,
            state,
        });
    }

    fn accepted(&self, change: &Change<'_>, folder: &Folder, status: Status) -> String {
        let (name, version) = change.name();
        match status {
            Status::Draft => "accepted; a draft may still change as it likes".to_owned(),
            _ if !folder.sample_path(name, version).exists() => "accepted; without a golden sample".to_owned(),
            _ => "accepted".to_owned(),
        }
    }

    /// Only what the files say.
    fn files(&mut self, folder: &Folder) {
        for entry in &folder.contracts {
            self.rows.push(Row {
                event: entry.committed.event.to_owned(),
                version: entry.committed.version.get(),
                status: entry.committed.status.word(),
                found: false,
                state: "not compared with its type".to_owned(),
            });
        }
    }

    /// Contracts whose type has gone.
    fn without_type(&mut self, folder: &Folder, has: impl Fn(&str, event_contract::Version) -> bool) {
        for entry in &folder.contracts {
            let committed = &entry.committed;
            if !has(committed.event, committed.version) {
                let live = committed.status == Status::Live;
                let state = if live {
                    "no type has it any more; if nobody needs it, `retire` it"
                } else {
                    "no type"
                };
                self.rows.push(Row {
                    event: committed.event.to_owned(),
                    version: committed.version.get(),
                    status: committed.status.word(),
                    found: live,
                    state: state.to_owned(),
                });
            }
        }
    }

    /// The recorded views beside the contracts.
    fn views(&mut self, folder: &Folder) {
        let views: Vec<_> = folder.views.iter().map(|view| view.file).collect();
        for file in &views {
            let about = format!("{} reads {} {}", file.reader.consumer, file.event, file.version);
            let Some(entry) = folder.find(file.event, file.version) else {
                self.breaks.push(format!("{about}, which has no contract"));
                continue;
            };
            if entry.committed.status == Status::Retired {
                self.breaks.push(format!("{about}, which is retired"));
            }
            let report = folder.read_by(file, entry, &views);
            if !report.is_compatible() {
                self.breaks
                    .push(format!("{about}:{}", report.only_breaking().text(&[])));
            }
        }
    }

    /// The files beside those of a commit: a type and its file that are changed together break as well.
    fn against(&mut self, folder: &Folder, past: &Past, name: &str) {
        for old in &past.contracts {
            let about = format!("{} {} since {name}", old.event, old.version);
            let Some(entry) = folder.find(old.event, old.version) else {
                if old.status != Status::Draft {
                    self.breaks
                        .push(format!("{about}: the {} contract was deleted", old.status.word()));
                }
                continue;
            };
            let mut readers = folder.readers(old.event, old.version);
            // A view that goes in the same commit still has its say.
            for reader in past.readers(old.event, old.version) {
                if !readers.contains(&reader) {
                    readers.push(reader);
                }
            }
            if old.status == Status::Retired && entry.committed.status != Status::Retired {
                self.breaks.push(format!(
                    "{about}: it was retired, and is {} again",
                    entry.committed.status.word()
                ));
            }
            let report = compare_committed(old, &entry.committed, &readers);
            if report.breaking() > 0 {
                self.breaks
                    .push(format!("{about}:{}", report.only_breaking().text(&readers)));
            } else if report.warnings() > 0 {
                self.warnings.push(format!("{about}:{}", report.text(&readers)));
            }
        }
        for view in past.dropped(folder) {
            self.warnings.push(format!(
                "{} {} since {name}: {} is no longer recorded as a reader",
                view.event, view.version, view.reader.consumer
            ));
        }
        for (place, old) in &past.samples {
            self.sample(folder, place, old, name);
        }
    }

    /// A golden sample stays as it was written.
    fn sample(&mut self, folder: &Folder, place: &str, old: &str, name: &str) {
        let now = plan::read(&folder.path.join(place)).ok().flatten();
        if now.as_deref() != Some(old) {
            let what = if now.is_none() { "deleted" } else { "changed" };
            self.breaks.push(format!(
                "{place} since {name}: the golden sample was {what}; it is decoded forever"
            ));
        }
    }

    fn show(self, output: Output) -> Result<Outcome> {
        let mut table = output::table(&["event", "version", "status", "state"]);
        for row in &self.rows {
            let tone = if row.found { Tone::Bad } else { Tone::Quiet };
            let (version, state) = (format!("v{}", row.version), output.tone(tone, &row.state));
            table.add_row([row.event.as_str(), &version, row.status, &state]);
        }
        output.table(&table);
        for text in &self.warnings {
            output.line(format_args!("\n{}: {text}", output.tone(Tone::Doubtful, "warning")));
        }
        for text in &self.breaks {
            output.line(format_args!("\n{}: {text}", output.tone(Tone::Bad, "breaking")));
        }
        output.value(&Checked {
            events: &self.rows,
            breaking: &self.breaks,
            warnings: &self.warnings,
        })?;
        let found = self.rows.iter().filter(|row| row.found).count();
        output.line(match (self.breaks.len(), found) {
            (0, 0) => "\nevery contract is kept".to_owned(),
            (0, _) => format!("\n{found} of {} to be accepted or retired", self.rows.len()),
            (breaks, _) => {
                format!("\n{breaks} breaking; `cargo event contract explain RULE` says more about the rule in brackets")
            }
        });
        Ok(if self.breaks.is_empty() && found == 0 {
            Outcome::Fine
        } else {
            Outcome::Found
        })
    }
}
