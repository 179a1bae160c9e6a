//! The package that a command works on.

use crate::error::{Error, Result};
use crate::plan;
use crate::source::{self, Declared};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `cargo metadata --no-deps` says.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    #[serde(default)]
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// The package that a command works on, and the workspace around it.
#[derive(Debug)]
pub(crate) struct Project {
    /// The package's name.
    pub(crate) name: String,
    /// The folder of its `Cargo.toml`.
    pub(crate) folder: PathBuf,
    pub(crate) workspace: PathBuf,
    pub(crate) target: PathBuf,
    /// Where its contracts are, or will be.
    pub(crate) contracts: PathBuf,
    /// Whether any package of the workspace has a library.
    pub(crate) has_library: bool,
    /// The folder of contracts of every package of the workspace, by its folder.
    folders: BTreeMap<PathBuf, PathBuf>,
}

/// An event of this package, and the file that declares it.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) declared: Declared,
    pub(crate) file: PathBuf,
}

impl Project {
    /// The package of `manifest`, or else of the current folder.
    ///
    /// # Errors
    ///
    /// No package there, and everything that `cargo metadata` refuses.
    pub(crate) fn find(manifest: Option<&Path>) -> Result<Self> {
        let metadata = metadata(manifest)?;
        let given = manifest
            .and_then(Path::parent)
            .filter(|folder| !folder.as_os_str().is_empty());
        let here = given.map_or_else(|| PathBuf::from("."), Path::to_owned);
        let here = fs::canonicalize(&here).map_err(|error| Error::file("open", &here, &error))?;
        let folder_of = |package: &Package| package.manifest_path.parent().map(Path::to_owned).unwrap_or_default();
        // The innermost package around this folder; in the root of a workspace its only one.
        let around = metadata
            .packages
            .iter()
            .filter(|package| here.starts_with(folder_of(package)));
        let package = around.max_by_key(|package| folder_of(package).as_os_str().len());
        let package = match (package, &metadata.packages[..]) {
            (Some(package), _) | (None, [package]) => package,
            (None, packages) => {
                let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
                return Err(Error::new(format!(
                    "{} is in none of the packages of the workspace",
                    here.display()
                ))
                .help(format!("go into the folder of one: {}", names.join(", "))));
            }
        };
        let contracts_of = |package: &Package| contracts(&folder_of(package));
        let is_library = |target: &Target| target.kind.iter().any(|kind| kind.ends_with("lib"));
        let folders = metadata
            .packages
            .iter()
            .map(|package| (folder_of(package), contracts_of(package)));
        Ok(Self {
            name: package.name.clone(),
            folder: folder_of(package),
            contracts: contracts_of(package),
            has_library: metadata
                .packages
                .iter()
                .any(|package| package.targets.iter().any(is_library)),
            folders: folders.collect(),
            workspace: metadata.workspace_root,
            target: metadata.target_directory,
        })
    }

    /// Where the contracts of the package with this manifest are.
    pub(crate) fn contracts_of(&self, manifest: &Path) -> PathBuf {
        let folder = manifest.parent().unwrap_or(manifest);
        self.folders.get(folder).unwrap_or(&self.contracts).clone()
    }

    /// Whether a package with these contracts has no build script, so that Cargo does not see new ones.
    pub(crate) fn overlooks(&self, contracts: &Path) -> bool {
        let mut packages = self.folders.iter().filter(|(_, own)| *own == contracts);
        packages.any(|(package, _)| !package.join("build.rs").exists())
    }

    /// Every folder of contracts of the workspace that is there, each once.
    pub(crate) fn all_contracts(&self) -> Vec<PathBuf> {
        let mut all = self.all_known_contracts();
        all.retain(|folder| folder.is_dir());
        all
    }

    /// The same with those that are not there, but that a commit may have.
    pub(crate) fn all_known_contracts(&self) -> Vec<PathBuf> {
        let mut all: Vec<_> = self.folders.values().cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// The root of the library, or else of the program.
    ///
    /// # Errors
    ///
    /// Neither of them where Cargo looks for them.
    pub(crate) fn root_file(&self) -> Result<PathBuf> {
        let candidates = ["src/lib.rs", "src/main.rs"].map(|file| self.folder.join(file));
        candidates.into_iter().find(|file| file.is_file()).ok_or_else(|| {
            Error::new(format!(
                "{} has neither src/lib.rs nor src/main.rs",
                self.folder.display()
            ))
            .help("`cargo event new` makes a service with both")
        })
    }

    /// Every Rust source of the package, with its text.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub(crate) fn sources(&self) -> Result<BTreeMap<PathBuf, String>> {
        let mut found = BTreeMap::new();
        sources(&self.folder.join("src"), &mut found)?;
        Ok(found)
    }

    /// The events that the sources declare.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub(crate) fn events(&self) -> Result<Vec<Own>> {
        let of = |(file, text): (PathBuf, String)| {
            source::events(&text).into_iter().map(move |declared| Own {
                declared,
                file: file.clone(),
            })
        };
        Ok(self.sources()?.into_iter().flat_map(of).collect())
    }

    /// How code of this package names `ty` of `file`: `crate::events::OrderPlaced`.
    pub(crate) fn path_of(&self, file: &Path, ty: &str) -> String {
        let inside = file
            .strip_prefix(self.folder.join("src"))
            .unwrap_or(file)
            .with_extension("");
        let mut modules: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if modules
            .last()
            .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
        {
            modules.pop();
        }
        // What the module above names is there as well, and the module itself may be private.
        while let Some(last) = modules.last() {
            let above = self.module_file(&modules[..modules.len() - 1]);
            let text = above.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
            if !source::reexports(&text, last, ty) {
                break;
            }
            modules.pop();
        }
        modules.insert(0, "crate".to_owned());
        modules.push(ty.to_owned());
        modules.join("::")
    }

    fn module_file(&self, modules: &[String]) -> Option<PathBuf> {
        if modules.is_empty() {
            return self.root_file().ok();
        }
        let folder = modules
            .iter()
            .fold(self.folder.join("src"), |path, module| path.join(module));
        [folder.join("mod.rs"), folder.with_extension("rs")]
            .into_iter()
            .find(|file| file.is_file())
    }

    /// A path as people read it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let path = path
            .strip_prefix(&self.folder)
            .or_else(|_| path.strip_prefix(&self.workspace))
            .unwrap_or(path);
        path.display().to_string().replace('\\', "/")
    }
}

fn metadata(manifest: Option<&Path>) -> Result<Metadata> {
    let mut cargo = Command::new(cargo());
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--color", "never"]);
    if let Some(manifest) = manifest {
        cargo.arg("--manifest-path").arg(manifest);
    }
    let output = cargo
        .output()
        .map_err(|error| Error::new(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().strip_prefix("error: ").unwrap_or(said.trim()).to_owned();
        return Err(Error::new(said).help("run it in the folder of a package, or name one with `--manifest-path`"));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Error::new(format!("cannot read what `cargo metadata` says: {error}")))
}

/// The cargo that runs us, or the one on the path.
pub(crate) fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Where a package's contracts are, or will be.
fn contracts(folder: &Path) -> PathBuf {
    event_contract::file::folder(folder).unwrap_or_else(|| folder.join("contracts"))
}

fn sources(folder: &Path, found: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry.map_err(|error| Error::file("list", folder, &error))?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(text) = plan::read(&path)?
        {
            found.insert(path, text);
        }
    }
    Ok(())
}
