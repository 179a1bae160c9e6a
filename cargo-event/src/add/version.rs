//! The next version of an event: the struct of the one before it once more, and an upcast.

use super::plan;
use crate::error::{Error, Outcome, Result};
use crate::output::Output;
use crate::project::{Own, Project};
use crate::{name, opt, source};

/// Puts it behind the struct of the version before it: everything that the fields name is in reach there.
pub(super) fn run(opt: &opt::AddEvent, project: &Project, versions: &[&Own], output: Output) -> Result<Outcome> {
    let older = versions
        .iter()
        .filter(|own| own.declared.version < opt.number)
        .max_by_key(|own| own.declared.version);
    let Some(older) = older else {
        return Err(Error::new(format!(
            "version {} builds upon an older one, and there is none here",
            opt.number
        ))
        .help(format!("the first one: `cargo event add event {}`", opt.name)));
    };
    let mut plan = plan(project);
    let text = plan.read(&older.file)?.unwrap_or_default();
    let ty = type_name(opt, older, &text)?;
    let (end, code) = source::next_version(&text, &older.declared, opt.number, &ty).ok_or_else(|| {
        Error::new(format!(
            "{}: `{}` cannot be copied: only a struct with named fields can",
            project.shown(&older.file),
            older.declared.ty
        ))
    })?;
    plan.insert(&older.file, &source::put(&text, end, &code))?;
    let module = older
        .file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let above = older.file.with_file_name("mod.rs");
    if let Some(before) = plan.read(&above)?
        && above != older.file
        && source::reexports(&before, &module, &older.declared.ty)
        && let Some(text) = source::with_use(&before, &format!("pub use {module}::{ty};"))
    {
        plan.insert(&above, &text)?;
    }
    plan.next(format!(
        "change the fields of `{ty}` in {}, and say in its `From` how an older event reads",
        project.shown(&older.file)
    ));
    plan.next(format!(
        "take `{ty}` in the handlers: they are given the older versions, too"
    ));
    plan.next(format!("cargo event contract accept {}", opt.name));
    plan.carry_out((&opt.writing).into(), output)
}

/// `OrderPlacedV2`; or `OrderPlaced`, where the older one is called `OrderPlacedV1` and the name is free.
fn type_name(opt: &opt::AddEvent, older: &Own, text: &str) -> Result<String> {
    let plain = name::type_name(&opt.name);
    let numbered = format!("{plain}V{}", opt.number);
    let free = |ty: &String| !source::declares(text, ty);
    let mut candidates = vec![numbered.clone()];
    if older.declared.ty != plain {
        candidates.insert(0, plain);
    }
    candidates
        .into_iter()
        .find(free)
        .ok_or_else(|| Error::new(format!("there is a type `{numbered}` already")))
}
