use std::fs;
use std::path::{Path, PathBuf};

/// The folder of contracts that belongs to the package in this folder, if it has one.
///
/// It is what the manifest says in `[package.metadata.event]`, such as `contracts = "../contracts"`, or else the first
/// `contracts` from the package's own folder upwards, up to the root of its workspace or of its repository.
#[must_use]
pub fn folder(package: &Path) -> Option<PathBuf> {
    let mut manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
    if let Some(said) = said(&manifest) {
        let folder = package.join(said);
        return Some(fs::canonicalize(&folder).unwrap_or(folder));
    }
    for above in package.ancestors() {
        let contracts = above.join("contracts");
        if contracts.is_dir() {
            return Some(contracts);
        }
        if above != package {
            manifest = fs::read_to_string(above.join("Cargo.toml")).unwrap_or_default();
        }
        if is_workspace(&manifest) || above.join(".git").exists() {
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
    use std::env;

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
        let root = env::temp_dir().join(format!("event-contract-{}", std::process::id()));
        let package = root.join("crates/orders");
        fs::create_dir_all(root.join("crates/contracts")).unwrap();
        fs::create_dir_all(root.join("contracts")).unwrap();
        fs::create_dir_all(package.join("contracts")).unwrap();
        fs::write(root.join("Cargo.toml"), "[workspace]\n").unwrap();
        fs::write(package.join("Cargo.toml"), "[package]\n").unwrap();
        let found = || folder(&package).map(|found| found.strip_prefix(&root).unwrap().to_owned());
        for folder in ["crates/orders/contracts", "crates/contracts", "contracts"] {
            assert_eq!(found(), Some(PathBuf::from(folder)));
            fs::remove_dir(root.join(folder)).unwrap();
        }
        assert_eq!(found(), None);
        fs::remove_dir_all(&root).unwrap();
    }
}
