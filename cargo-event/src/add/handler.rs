use super::{HANDLERS, add_module, plan};
use crate::contract::fetch::relative;
use crate::contract::files::{Entry, Folder, entries};
use crate::error::{Error, Outcome, Result};
use crate::output::Output;
use crate::plan::Plan;
use crate::project::{Own, Project};
use crate::template::fill;
use crate::view::{View, view};
use crate::{name, opt, source};
use event_contract::compare::compare_read;
use event_contract::{Shape, Status, json};
use std::path::Path;

/// What the handler takes, and how its test gets one.
struct Taken {
    imports: String,
    view: String,
    ty: String,
    sample: String,
    publish: String,
    notes: Vec<String>,
}

pub(super) fn run(opt: &opt::AddHandler, manifest: Option<&Path>, output: Output) -> Result<Outcome> {
    name::handler(&opt.name)?;
    name::event(&opt.event)?;
    let project = Project::find(manifest)?;
    let events = project.events()?;
    let folders = folders(&project)?;
    let newest = events
        .iter()
        .filter(|own| own.declared.name == opt.event)
        .max_by_key(|own| own.declared.version);
    let contract = contract(&folders, &opt.event);
    let taken = match (newest, contract) {
        (Some(own), _) if !opt.view => own_event(&project, own, &folders)?,
        (_, Some((folder, entry))) => event_elsewhere(&project, &opt.name, folder, entry),
        (Some(_), None) => {
            return Err(Error::new(format!(
                "a view is made from the contract, and `{}` has none yet",
                opt.event
            ))
            .help(format!("`cargo event contract accept {}` writes it", opt.event)));
        }
        (None, None) => return Err(unknown(&opt.event, &events, &folders)),
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
    taken.notes.into_iter().for_each(|note| plan.next(note));
    plan.next(format!("write what it does in src/handlers/{}.rs", opt.name));
    plan.next("cargo test");
    plan.carry_out((&opt.writing).into(), output)
}

/// An event of this package: imported, and published by the test.
fn own_event(project: &Project, own: &Own, folders: &[Folder]) -> Result<Taken> {
    let declared = &own.declared;
    let ty = &declared.ty;
    let golden = || {
        let version = event_contract::Version::new(declared.version)?;
        let sample = folders.first()?.sample_path(&declared.name, version);
        sample.exists().then(|| included(project, &sample))
    };
    let (sample, event) = match (declared.sample, golden()) {
        (true, _) => (String::new(), format!("&{ty}::sample()")),
        (false, Some(include)) => (
            format!("/// The golden sample of the event.\nconst SAMPLE: &str = {include};\n"),
            format!("&serde_json::from_str::<{ty}>(SAMPLE).expect(\"it is decoded forever\")"),
        ),
        (false, None) => {
            return Err(Error::new(format!(
                "the handler's test needs a sample of `{ty}`, and there is none"
            ))
            .help(format!("`cargo event contract accept {}` writes one", declared.name)));
        }
    };
    Ok(Taken {
        imports: format!(
            "use {};\nuse event_runtime::prelude::*;\n",
            project.path_of(&own.file, ty)
        ),
        view: String::new(),
        ty: ty.clone(),
        sample,
        publish: format!("running.publisher().publish({event}).await.expect(\"the handler's queue takes it\");"),
        notes: Vec::new(),
    })
}

/// An event whose type is not here, or not wanted: a view of it, and the test publishes the bytes of its sample.
fn event_elsewhere(project: &Project, handler: &str, folder: &Folder, entry: &Entry) -> Taken {
    let committed = &entry.committed;
    let reads = |other: &&Entry| {
        let other = &other.committed;
        other.event == committed.event
            && other.status != Status::Retired
            && (other.version == committed.version || compare_read(committed.data, other.data).is_compatible())
    };
    let versions: Vec<_> = folder
        .contracts
        .iter()
        .filter(reads)
        .map(|entry| entry.committed.version.get())
        .collect();
    // The producer knows a view by its name, so it is that of the handler.
    let ty = name::type_name(handler);
    let View { text, left_out } = view(&ty, committed, &versions);
    let sample = folder.sample_path(committed.event, committed.version);
    let sample = if sample.exists() {
        included(project, &sample)
    } else {
        format!("r##\"{}\"##", json::sample(&Shape::Object(committed.data)))
    };
    Taken {
        imports: "use event_runtime::prelude::*;\n".to_owned(),
        view: format!("{text}\n"),
        ty,
        sample: format!("/// What the producer writes.\nconst SAMPLE: &str = {sample};\n"),
        publish: format!(
            "let (publisher, id) = (running.publisher(), EventId::new());\n\
             let published = publisher.publish_raw(&id, \"{}.{}\", Some(\"key\"), SAMPLE).await;\n\
             published.expect(\"the handler's queue takes it\");",
            committed.event, committed.version
        ),
        notes: left_out
            .into_iter()
            .map(|what| format!("{what}, so it is not in the view: add it if it is needed"))
            .collect(),
    }
}

/// `include_str!` of a file, for a source in `src/handlers`.
fn included(project: &Project, file: &Path) -> String {
    let inside = relative(&project.folder, file).display().to_string().replace('\\', "/");
    format!("include_str!(\"../../{inside}\")")
}

/// The contracts of this package, and those that were fetched.
fn folders(project: &Project) -> Result<Vec<Folder>> {
    let mut folders = vec![Folder::read(&project.contracts)?];
    for producer in entries(&project.contracts.join("vendor"))?
        .iter()
        .filter(|producer| producer.is_dir())
    {
        folders.push(Folder::read(producer)?);
    }
    Ok(folders)
}

/// The newest version that is not retired.
fn contract<'a>(folders: &'a [Folder], event: &str) -> Option<(&'a Folder, &'a Entry)> {
    let all = folders
        .iter()
        .flat_map(|folder| folder.contracts.iter().map(move |entry| (folder, entry)));
    let is_it =
        |(_, entry): &(&Folder, &Entry)| entry.committed.event == event && entry.committed.status != Status::Retired;
    all.filter(is_it).max_by_key(|(_, entry)| entry.committed.version)
}

fn unknown(event: &str, events: &[Own], folders: &[Folder]) -> Error {
    let error = Error::new(format!("there is no event `{event}` here"));
    let fetched = folders
        .iter()
        .flat_map(|folder| &folder.contracts)
        .map(|entry| entry.committed.event);
    match name::nearest(
        event,
        events.iter().map(|own| own.declared.name.as_str()).chain(fetched),
    ) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => error
            .help(format!("one of this package: `cargo event add event {event}`"))
            .help(format!(
                "one of another: `cargo event contract fetch PRODUCER {event} --from PATH-OR-URL`"
            )),
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
