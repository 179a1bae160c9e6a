use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folder of contracts that belongs to the crate.
pub(crate) struct Folder {
    pub(super) path: PathBuf,
}

impl Folder {
    /// That of the crate that is being compiled, if it has one.
    pub(crate) fn find() -> Option<Self> {
        let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
        of_package(&package).map(|path| Self { path })
    }

    /// A path below it, as people call it: `contracts/order.placed/v2.toml`.
    pub(super) fn shown(&self, path: &Path) -> String {
        let root = self.path.parent().unwrap_or(&self.path);
        let shown = path.strip_prefix(root).unwrap_or(path);
        shown.display().to_string().replace('\\', "/")
    }
}

/// What the manifest says, or the first `contracts` from the package's folder upwards. The folder is the package's own
/// business, so the search ends at the root of its workspace or of its repository.
fn of_package(package: &Path) -> Option<PathBuf> {
    let mut manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
    if let Some(said) = said(&manifest) {
        let folder = package.join(said);
        return Some(fs::canonicalize(&folder).unwrap_or(folder));
    }
    for folder in package.ancestors() {
        let contracts = folder.join("contracts");
        if contracts.is_dir() {
            return Some(contracts);
        }
        if folder != package {
            manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        }
        if is_workspace(&manifest) || folder.join(".git").exists() {
            break;
        }
    }
    None
}

fn is_workspace(manifest: &str) -> bool {
    manifest.lines().any(|line| section(line) == Some("workspace"))
}

/// `[name]`.
fn section(line: &str) -> Option<&str> {
    let line = line.split('#').next().unwrap_or_default().trim();
    line.strip_prefix('[')?.strip_suffix(']').map(str::trim)
}

/// `contracts = ".."` in `[package.metadata.event]`.
fn said(manifest: &str) -> Option<&str> {
    let mut lines = manifest.lines();
    lines.find(|line| section(line) == Some("package.metadata.event"))?;
    let mut own = lines.take_while(|line| section(line).is_none());
    own.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.trim().strip_prefix('"')?;
        (key.trim() == "contracts").then(|| value.split('"').next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_manifest_says() {
        let manifest = "[package]\nname = \"a\"\n\n[package.metadata.event] # ours\nx = 1\ncontracts = \"../all\" # there\n\n\
                        [dependencies]\n";
        assert_eq!(said(manifest), Some("../all"));
        assert_eq!(said("[package.metadata.event]\n[other]\ncontracts = \"x\""), None);
        assert_eq!(said("[package]\ncontracts = \"x\""), None);
        assert!(is_workspace("[package]\n\n[ workspace ]\n") && !is_workspace("[package]\nworkspace = \"..\"\n"));
    }

    #[test]
    fn the_folder_is_looked_for_upwards() {
        let root = env::temp_dir().join(format!("event-macros-{}", std::process::id()));
        let package = root.join("crates/orders");
        fs::create_dir_all(root.join("crates/contracts")).unwrap();
        fs::create_dir_all(root.join("contracts")).unwrap();
        fs::create_dir_all(package.join("contracts")).unwrap();
        fs::write(root.join("Cargo.toml"), "[workspace]\n").unwrap();
        fs::write(package.join("Cargo.toml"), "[package]\n").unwrap();
        let found = || of_package(&package).map(|found| found.strip_prefix(&root).unwrap().to_owned());
        for folder in ["crates/orders/contracts", "crates/contracts", "contracts"] {
            assert_eq!(found(), Some(PathBuf::from(folder)));
            fs::remove_dir(root.join(folder)).unwrap();
        }
        assert_eq!(found(), None);
        fs::remove_dir_all(&root).unwrap();
    }
}
