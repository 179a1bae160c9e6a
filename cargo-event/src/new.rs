//! `cargo event new`.

use crate::error::{Error, Outcome, Result};
use crate::opt;
use crate::output::Output;
use crate::plan::{Care, Plan};
use crate::template::fill;
use crate::{name, project};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The files of a new service.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../templates/Cargo.toml.in")),
    (".gitignore", include_str!("../templates/gitignore.in")),
    (".gitattributes", include_str!("../templates/gitattributes.in")),
    ("build.rs", include_str!("../templates/build.rs.in")),
    ("src/lib.rs", include_str!("../templates/lib.rs.in")),
    ("src/main.rs", include_str!("../templates/main.rs.in")),
    ("src/events/mod.rs", include_str!("../templates/events.rs.in")),
    ("src/handlers/mod.rs", include_str!("../templates/handlers.rs.in")),
];

pub(crate) fn run(opt: &opt::New, output: Output) -> Result<Outcome> {
    name::service(&opt.name)?;
    let here = env::current_dir().map_err(|error| Error::file("open", Path::new("."), &error))?;
    let folder = here.join(opt.path.clone().unwrap_or_else(|| PathBuf::from(&opt.name)));
    let runtime = runtime(opt)?;
    let values = [
        ("service", opt.name.as_str()),
        ("crate", &opt.name.replace('-', "_")),
        ("runtime", &runtime),
        ("contracts", &contracts(&folder)),
    ];
    let mut plan = Plan::new(&here);
    for (file, template) in FILES {
        plan.create(folder.join(file), &fill(template, &values))?;
    }
    if let Some(workspace) = workspace_around(&folder) {
        let member = folder
            .strip_prefix(workspace.parent().unwrap_or(&here))
            .unwrap_or(&folder);
        plan.by_hand(format!(
            "{:?} among the `members` in {}",
            member.display().to_string(),
            workspace.display()
        ));
    }
    let shown = folder.strip_prefix(&here).unwrap_or(&folder).display().to_string();
    plan.next(format!("cd {shown}"));
    plan.next("cargo event add event order.placed");
    plan.next("cargo event add handler charge_card --event order.placed");
    plan.next("cargo test");
    let care = Care {
        force: opt.writing.force,
        dry_run: opt.writing.dry_run,
    };
    plan.carry_out(care, output)
}

/// Where its contracts will be, from the new folder: in it, unless a workspace has a folder for all.
fn contracts(folder: &Path) -> String {
    let found = event_contract::file::folder(folder).unwrap_or_default();
    let above = folder.ancestors().position(|above| found.parent() == Some(above));
    format!("{}contracts", "../".repeat(above.unwrap_or_default()))
}

/// The dependency, as it stands in a manifest.
fn runtime(opt: &opt::New) -> Result<String> {
    let from = match &opt.runtime_path {
        Some(path) => format!("path = {:?}", checkout(path)?),
        None => format!("version = {:?}", env!("CARGO_PKG_VERSION")),
    };
    Ok(match (opt.in_process, from.strip_prefix("version = ")) {
        (true, _) => format!("{{ {from}, default-features = false, features = [\"macros\"] }}"),
        (false, Some(version)) => version.to_owned(),
        (false, None) => format!("{{ {from} }}"),
    })
}

/// The crate in a checkout: the folder that was given, or the one in it.
fn checkout(given: &Path) -> Result<PathBuf> {
    let candidates = [given.to_owned(), given.join("event-runtime")];
    let is_it = |folder: &PathBuf| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.contains("name = \"event-runtime\"")
    };
    let found = candidates.into_iter().find(is_it).ok_or_else(|| {
        Error::new(format!("{} is no checkout of event-runtime", given.display()))
            .help("leave `--runtime-path` out to take it from crates.io")
    })?;
    fs::canonicalize(&found).map_err(|error| Error::file("open", &found, &error))
}

/// The manifest of a workspace above the new folder that does not have it as a member.
fn workspace_around(folder: &Path) -> Option<PathBuf> {
    let manifest = folder
        .ancestors()
        .skip(1)
        .map(|above| above.join("Cargo.toml"))
        .find(|manifest| {
            let text = fs::read_to_string(manifest).unwrap_or_default();
            text.lines().any(|line| line.trim() == "[workspace]")
        })?;
    let is_member = project::Project::find(Some(&folder.join("Cargo.toml"))).is_ok();
    (!is_member).then_some(manifest)
}
