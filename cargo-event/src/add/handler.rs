use super::{HANDLERS, add_module, plan};
use crate::error::{Error, Outcome, Result};
use crate::output::Output;
use crate::plan::Plan;
use crate::project::{Own, Project};
use crate::template::fill;
use crate::{name, opt, source};
use std::path::Path;

/// What the handler takes, and how its test gets one.
struct Taken {
    imports: String,
    view: String,
    ty: String,
    sample: String,
    publish: String,
}

pub(super) fn run(opt: &opt::AddHandler, manifest: Option<&Path>, output: Output) -> Result<Outcome> {
    name::handler(&opt.name)?;
    name::event(&opt.event)?;
    let project = Project::find(manifest)?;
    let events = project.events()?;
    let newest = events
        .iter()
        .filter(|own| own.declared.name == opt.event)
        .max_by_key(|own| own.declared.version);
    let taken = match newest {
        Some(own) if !opt.view => own_event(&project, own)?,
        _ => return Err(unknown(&opt.event, &events)),
    };
    let failure = format!("{}Error", name::type_name(&opt.name));
    let event_module = name::module(&opt.event);
    let values = [
        ("imports", taken.imports.as_str()),
        ("view", &taken.view),
        ("type", &taken.ty),
        ("sample", &taken.sample),
        ("publish", &taken.publish),
        ("handler", &opt.name),
        ("event", &opt.event),
        ("event_module", &event_module),
        ("failure", &failure),
    ];
    let mut plan = plan(&project);
    let text = fill(include_str!("../../templates/handler.rs.in"), &values);
    add_module(&mut plan, &project, HANDLERS, &opt.name, &text)?;
    register(&mut plan, &project, &opt.name)?;
    plan.next(format!("write what it does in src/handlers/{}.rs", opt.name));
    plan.next("cargo test");
    plan.carry_out((&opt.writing).into(), output)
}

/// An event of this package: imported, and published by the test.
fn own_event(project: &Project, own: &Own) -> Result<Taken> {
    let ty = &own.declared.ty;
    let publish =
        |event: &str| format!("running.publisher().publish(&{event}).await.expect(\"the handler's queue takes it\");");
    if !own.declared.sample {
        return Err(Error::new(format!("`{ty}` has no sample for the handler's test")));
    }
    Ok(Taken {
        imports: format!(
            "use {};\nuse event_runtime::prelude::*;",
            project.path_of(&own.file, ty)
        ),
        view: String::new(),
        ty: ty.clone(),
        sample: String::new(),
        publish: publish(&format!("{ty}::sample()")),
    })
}

fn unknown(event: &str, events: &[Own]) -> Error {
    let error = Error::new(format!("there is no event `{event}` here"));
    match name::nearest(event, events.iter().map(|own| own.declared.name.as_str())) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => error.help(format!("`cargo event add event {event}` adds it")),
    }
}

/// Puts `.handle::<..>()` into the service, or asks for it.
fn register(plan: &mut Plan, project: &Project, handler: &str) -> Result<()> {
    let call = format!(".handle::<handlers::{handler}::{handler}>()");
    let candidates = ["src/lib.rs", "src/main.rs"].map(|file| project.folder.join(file));
    for file in &candidates {
        let Some(before) = plan.read(file)? else { continue };
        if before.contains(&call) {
            return Ok(());
        }
        if let Some(at) = source::end_of_service(&before) {
            return plan.insert(file, &source::put(&before, at, &call));
        }
    }
    plan.by_hand(format!("`{call}` behind your `Service::new(..)`"));
    Ok(())
}
