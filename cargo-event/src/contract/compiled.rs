//! What the events and views of a workspace are now, said by the types themselves.
//!
//! The derives put a test beside every event and every view. With `EVENT_CONTRACT_OUT` it writes down what the type is, so
//! the test programs are built, asked for those tests, and run with that variable. A break of a live contract does not get
//! this far: it does not compile.

use super::files;
use crate::error::{Error, Result};
use crate::project::{self, Project};
use event_contract::file::ViewFile;
use event_contract::{Committed, Contract, Version};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An event as its type is now.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) now: Committed,
    pub(crate) contract: Contract,
    /// Where its contract is, or will be.
    pub(crate) folder: PathBuf,
}

/// A view as its type is now.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) file: ViewFile,
    /// The folder of the package that has it.
    pub(crate) package: PathBuf,
}

/// All of a workspace.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub(crate) events: Vec<Event>,
    pub(crate) views: Vec<View>,
}

/// A test program.
#[derive(Debug)]
struct Program {
    executable: PathBuf,
    manifest: PathBuf,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// Builds the workspace and asks its types.
///
/// # Errors
///
/// Code that does not compile, which includes a break of a live contract: the compiler has shown it.
pub(crate) fn compiled(project: &Project, options: &[String]) -> Result<Compiled> {
    let programs = build(project, options)?;
    let out = Out::new(project)?;
    let mut compiled = Compiled::default();
    for (at, program) in programs.iter().enumerate() {
        for (batch, names) in batches(names(program)?).iter().enumerate() {
            let folder = out.0.join(format!("{at}-{batch}"));
            ask(program, names, &folder)?;
            compiled.read(project, program, &folder)?;
        }
    }
    compiled
        .events
        .sort_by_key(|event| (event.now.event, event.now.version));
    compiled
        .views
        .sort_by_key(|view| (view.file.reader.consumer, view.file.event, view.file.version));
    Ok(compiled)
}

fn build(project: &Project, options: &[String]) -> Result<Vec<Program>> {
    let mut cargo = Command::new(project::cargo());
    cargo.args(["test", "--workspace", "--no-run", "--bins", "--examples"]);
    if project.has_library {
        cargo.arg("--lib");
    }
    cargo
        .args(["--message-format", "json-render-diagnostics"])
        .args(options);
    // On a terminal Cargo shows how far it is; elsewhere only what it has to say.
    if !std::io::stderr().is_terminal() {
        cargo.arg("--quiet");
    }
    cargo.current_dir(&project.workspace).stdout(Stdio::piped());
    let failed = |error: std::io::Error| Error::new(format!("cannot run cargo: {error}"));
    let mut child = cargo.spawn().map_err(failed)?;
    let mut programs = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let Ok(message) = serde_json::from_str::<Message>(&line.map_err(failed)?) else {
                continue;
            };
            let macros = message
                .target
                .is_some_and(|target| target.kind.iter().any(|kind| kind == "proc-macro"));
            if let ("compiler-artifact", false, Some(executable), Some(manifest)) = (
                message.reason.as_str(),
                macros,
                message.executable,
                message.manifest_path,
            ) {
                programs.push(Program { executable, manifest });
            }
        }
    }
    if !child.wait().map_err(failed)?.success() {
        return Err(Error::new("the events cannot be read: the code does not compile"));
    }
    Ok(programs)
}

/// The tests of contracts in a program. What is declared inside `mod tests` is no event of the service.
fn names(program: &Program) -> Result<Vec<String>> {
    let listed = run(
        Command::new(&program.executable).args(["--list", "--format", "terse"]),
        program,
    )?;
    let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(names.filter(|name| is_contract(name)).map(str::to_owned).collect())
}

/// `events::order_placed_v2_contract`, `views::placed_v1_view`.
fn is_contract(name: &str) -> bool {
    let mut parts = name.rsplit("::");
    let last = parts.next().unwrap_or_default();
    let marked = last.strip_suffix("_contract").or_else(|| last.strip_suffix("_view"));
    let version = marked
        .and_then(|name| name.rsplit_once("_v"))
        .map(|(_, version)| version);
    version.is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
        && !parts.any(|module| module == "tests" || module == "test")
}

/// Tests of one name would write to one file: they are asked one after another.
fn batches(names: Vec<String>) -> Vec<Vec<String>> {
    let last = |name: &str| name.rsplit("::").next().unwrap_or_default().to_owned();
    let mut batches: Vec<Vec<String>> = Vec::new();
    for name in names {
        let free = batches
            .iter_mut()
            .find(|batch| batch.iter().all(|other| last(other) != last(&name)));
        match free {
            Some(batch) => batch.push(name),
            None => batches.push(vec![name]),
        }
    }
    batches
}

fn ask(program: &Program, names: &[String], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| Error::file("make", folder, &error))?;
    let mut command = Command::new(&program.executable);
    command.arg("--exact").args(names).env("EVENT_CONTRACT_OUT", folder);
    run(&mut command, program).map(drop)
}

fn run(command: &mut Command, program: &Program) -> Result<String> {
    let package = program.manifest.parent().unwrap_or(Path::new("."));
    let output = command
        .current_dir(package)
        .env("CARGO_MANIFEST_DIR", package)
        .output()
        .map_err(|error| Error::file("run", &program.executable, &error))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(Error::new(format!(
            "a type could not say what it is:\n{said}{}",
            String::from_utf8_lossy(&output.stderr)
        )))
    }
}

impl Compiled {
    fn read(&mut self, project: &Project, program: &Program, folder: &Path) -> Result<()> {
        for path in files::entries(folder)?.into_iter().filter(|path| path.is_file()) {
            let text = fs::read_to_string(&path).map_err(|error| Error::file("read", &path, &error))?;
            let now = event_contract::file::parse(&text)
                .map_err(|error| Error::new(format!("what {} says of itself: {error}", path.display())))?;
            self.add_event(project, program, now)?;
        }
        for path in files::entries(&folder.join("views"))? {
            let text = fs::read_to_string(&path).map_err(|error| Error::file("read", &path, &error))?;
            let file = event_contract::file::parse_view(&text)
                .map_err(|error| Error::new(format!("what {} says of itself: {error}", path.display())))?;
            let package = program.manifest.parent().map(Path::to_owned).unwrap_or_default();
            let is_it = |view: &View| view.package == package && view.file == file;
            if !self.views.iter().any(is_it) {
                self.views.push(View { file, package });
            }
        }
        Ok(())
    }

    /// One program of a package repeats the events of another one that has the same modules.
    fn add_event(&mut self, project: &Project, program: &Program, now: Committed) -> Result<()> {
        let folder = project.contracts_of(&program.manifest);
        let same =
            |event: &&Event| event.folder == folder && event.now.event == now.event && event.now.version == now.version;
        match self.events.iter().find(same) {
            Some(event) if event.now == now => Ok(()),
            Some(_) => Err(Error::new(format!(
                "two types are `{}` {}, and they differ",
                now.event, now.version
            ))
            .help("give one of them another name or another version")),
            None => {
                self.events.push(Event {
                    contract: contract(&now),
                    now,
                    folder,
                });
                Ok(())
            }
        }
    }

    /// The events by the folder of their contracts.
    pub(crate) fn by_folder(&self) -> BTreeMap<&Path, Vec<&Event>> {
        let mut folders: BTreeMap<&Path, Vec<&Event>> = BTreeMap::new();
        for event in &self.events {
            folders.entry(&event.folder).or_default().push(event);
        }
        folders
    }
}

fn contract(now: &Committed) -> Contract {
    let type_name: &'static str = format!("{}.{}", now.event, now.version).leak();
    let reads: &'static [Version] = now.upcast_from.iter().rev().copied().collect::<Vec<_>>().leak();
    let mut contract = Contract::new(now.event, now.version, type_name)
        .with_data(now.data)
        .with_reads(reads)
        .with_owner(now.owner)
        .with_summary(now.summary);
    contract.key = now.key;
    contract.sequence = now.sequence;
    contract
}

/// A folder of this run's own, removed at its end.
struct Out(PathBuf);

impl Out {
    fn new(project: &Project) -> Result<Self> {
        let path = project.target.join("event").join(std::process::id().to_string());
        // Left over from another process that had this number.
        _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).map_err(|error| Error::file("make", &path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{batches, is_contract};

    #[test]
    fn one_name_at_a_time() {
        let names = ["a::x", "b::x", "y", "c::x"].map(str::to_owned).to_vec();
        assert_eq!(batches(names), [vec!["a::x", "y"], vec!["b::x"], vec!["c::x"]]);
    }

    #[test]
    fn only_the_tests_of_contracts() {
        for name in [
            "order_placed_v2_contract",
            "events::placed::order_placed_v12_contract",
            "a::placed_v1_view",
        ] {
            assert!(is_contract(name), "{name}");
        }
        for name in [
            "reads_the_contract",
            "v2_contract_x",
            "a_vx_contract",
            "a_v_contract",
            "tests::order_placed_v1_contract",
        ] {
            assert!(!is_contract(name), "{name}");
        }
    }
}
