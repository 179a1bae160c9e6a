//! `cargo event add`.

mod event;
mod handler;
mod version;

use crate::error::{Outcome, Result};
use crate::opt;
use crate::output::Output;
use crate::plan::{Care, Plan};
use crate::project::Project;
use crate::source;
use std::path::Path;

pub(crate) fn run(opt: &opt::Add, manifest: Option<&Path>, output: Output) -> Result<Outcome> {
    match opt {
        opt::Add::Event(opt) => event::run(opt, manifest, output),
        opt::Add::Handler(opt) => handler::run(opt, manifest, output),
    }
}

/// A plan for the package; its paths are shown from the package's folder.
fn plan(project: &Project) -> Plan {
    Plan::new(&project.folder)
}

impl From<&opt::Writing> for Care {
    fn from(opt: &opt::Writing) -> Self {
        Self {
            force: opt.force,
            dry_run: opt.dry_run,
        }
    }
}

/// Makes the file of a module inside `group` (`events`, `handlers`), and says so above it.
fn add_module(plan: &mut Plan, project: &Project, group: Group, module: &str, text: &str) -> Result<()> {
    let folder = project.folder.join("src").join(group.name);
    let above = folder.join("mod.rs");
    // `events.rs` beside `events/` is the other style of the same thing.
    let beside = folder.with_extension("rs");
    let above = if beside.is_file() { beside } else { above };
    plan.create(folder.join(format!("{module}.rs")), text)?;
    let line = format!("{}mod {module};", group.visibility);
    match plan.read(&above)? {
        None => {
            plan.create(above, &format!("{}\n{line}\n", group.template))?;
            mention(plan, &project.root_file()?, &format!("pub mod {};", group.name))?;
        }
        Some(before) if source::has_module(&before, module) => {}
        Some(_) => mention(plan, &above, &line)?,
    }
    Ok(())
}

/// The folder of a kind of module.
#[derive(Clone, Copy)]
struct Group {
    name: &'static str,
    template: &'static str,
    visibility: &'static str,
}

const EVENTS: Group = Group {
    name: "events",
    template: include_str!("../../templates/events.rs.in"),
    visibility: "",
};

const HANDLERS: Group = Group {
    name: "handlers",
    template: include_str!("../../templates/handlers.rs.in"),
    visibility: "pub ",
};

/// Puts `mod ..;` into a file, or asks for it.
fn mention(plan: &mut Plan, file: &Path, line: &str) -> Result<()> {
    let before = plan.read(file)?.unwrap_or_default();
    match source::with_module(&before, line) {
        Some(text) => plan.insert(file, &text),
        None => {
            plan.by_hand(format!("`{line}` in {}", file.display()));
            Ok(())
        }
    }
}
