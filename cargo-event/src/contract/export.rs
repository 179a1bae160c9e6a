use super::files::Folder;
use crate::error::{Error, Outcome, Result};
use crate::opt;
use crate::output::{Output, Tone};
use crate::plan::{self, Plan};
use crate::project::Project;
use event_contract::{Shape, json};
use serde::Serialize;

#[derive(Serialize)]
struct Exported {
    event: &'static str,
    version: u32,
    file: String,
    stale: bool,
}

pub(super) fn run(opt: &opt::Export, project: &Project, output: Output) -> Result<Outcome> {
    let to = project.folder.join(&opt.json_schema);
    let (mut plan, mut done) = (Plan::new(&project.folder), Vec::new());
    for path in project.all_contracts() {
        for entry in Folder::read(&path)?.contracts {
            let committed = entry.committed;
            let file = to
                .join(committed.event)
                .join(format!("{}.schema.json", committed.version));
            let mut schema = json::schema(&Shape::Object(committed.data));
            if let Some(schema) = schema.as_object_mut() {
                schema.insert(
                    "title".to_owned(),
                    format!("{}.{}", committed.event, committed.version).into(),
                );
                if !committed.summary.is_empty() {
                    schema.insert("description".to_owned(), committed.summary.into());
                }
            }
            let text = format!("{schema:#}\n");
            let stale = plan::read(&file)?.as_ref() != Some(&text);
            done.push(Exported {
                event: committed.event,
                version: committed.version.get(),
                file: project.shown(&file),
                stale,
            });
            plan.insert(&file, &text)?;
        }
    }
    if done.is_empty() {
        return Err(Error::new("there are no contracts here").help("`cargo event contract accept` writes them"));
    }
    for one in &done {
        let (tone, word) = match (one.stale, opt.check) {
            (false, _) => (Tone::Quiet, "unchanged"),
            (true, true) => (Tone::Bad, "behind"),
            (true, false) => (Tone::Good, "written"),
        };
        output.line(format_args!("{} {}", output.tone(tone, word), one.file));
    }
    output.value(&done)?;
    if opt.check {
        let stale = done.iter().any(|one| one.stale);
        return Ok(if stale { Outcome::Found } else { Outcome::Fine });
    }
    plan.write()?;
    Ok(Outcome::Fine)
}
