use super::{EVENTS, add_module, plan, version};
use crate::error::{Error, Outcome, Result};
use crate::output::Output;
use crate::plan::Plan;
use crate::project::Project;
use crate::template::fill;
use crate::{name, opt, source};
use std::path::Path;

pub(super) fn run(opt: &opt::AddEvent, manifest: Option<&Path>, output: Output) -> Result<Outcome> {
    name::event(&opt.name)?;
    let project = Project::find(manifest)?;
    let events = project.events()?;
    let versions: Vec<_> = events.iter().filter(|own| own.declared.name == opt.name).collect();
    if let Some(own) = versions.iter().find(|own| own.declared.version == opt.number) {
        let error = Error::new(format!(
            "`{}` version {} is there already: `{}` in {}",
            opt.name,
            opt.number,
            own.declared.ty,
            project.shown(&own.file)
        ));
        let next = versions
            .iter()
            .map(|own| own.declared.version)
            .max()
            .unwrap_or_default()
            + 1;
        return Err(error.help(format!("the next version is `--version {next}`")));
    }
    if opt.number > 1 {
        return version::run(opt, &project, &versions, output);
    }
    let mut plan = plan(&project);
    let (module, ty) = (name::module(&opt.name), name::type_name(&opt.name));
    let key = format!("{}_id", opt.name.split('.').next().unwrap_or("event"));
    let values = [
        ("event", opt.name.as_str()),
        ("owner", opt.owner.as_deref().unwrap_or(&project.name)),
        ("type", &ty),
        ("key", &key),
    ];
    add(
        &mut plan,
        &project,
        &module,
        &ty,
        &fill(include_str!("../../templates/event.rs.in"), &values),
    )?;
    plan.next(format!("write its fields in src/events/{module}.rs"));
    plan.next(format!(
        "cargo event contract accept {}   (once others read it)",
        opt.name
    ));
    plan.carry_out((&opt.writing).into(), output)
}

/// The file, its module, and the name that everybody uses.
fn add(plan: &mut Plan, project: &Project, module: &str, ty: &str, text: &str) -> Result<()> {
    add_module(plan, project, EVENTS, module, text)?;
    let above = project.folder.join("src/events.rs");
    let above = if above.is_file() {
        above
    } else {
        project.folder.join("src/events/mod.rs")
    };
    let before = plan.read(&above)?.unwrap_or_default();
    if source::reexports(&before, module, ty) {
        return Ok(());
    }
    let line = format!("pub use {module}::{ty};");
    match source::with_use(&before, &line) {
        Some(text) => plan.insert(&above, &text),
        None => {
            plan.by_hand(format!("`{line}` in {}", project.shown(&above)));
            Ok(())
        }
    }
}
