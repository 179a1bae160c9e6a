//! The contracts of a producer elsewhere: in a folder, or in a git repository.

use super::files;
use super::lock_file::is_inside;
use crate::error::{Error, Result};
use crate::git::Git;
use crate::plan;
use event_contract::Status;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What there is to copy.
#[derive(Debug)]
pub(super) struct Found {
    /// The commit, where there is one.
    pub(super) revision: Option<String>,
    /// Contracts and samples, by their path below the folder.
    pub(super) files: BTreeMap<String, String>,
}

/// Whether `source` is the address of a repository, rather than a path.
pub(super) fn is_address(source: &str) -> bool {
    source.contains("://")
        || source
            .split_once(':')
            .is_some_and(|(host, _)| host.contains('@') && !host.contains('/'))
}

/// That an address can be written down and handed to git.
///
/// # Errors
///
/// A password in it, or a transport that runs commands.
pub(super) fn check_address(source: &str) -> Result<()> {
    if source.starts_with('-') || source.contains("::") {
        return Err(Error::new(format!("`{source}` is no address of a git repository")));
    }
    let user = source
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    if user.is_some_and(|(user, _)| user.contains(':')) {
        return Err(
            Error::new("the address has a password in it, which would be written to contracts.lock")
                .help("leave it out, and give it to git's credential helper"),
        );
    }
    Ok(())
}

/// Reads the contracts of `events` that are not drafts, and their golden samples.
///
/// # Errors
///
/// A source that cannot be reached, an event that it does not have, and a damaged file.
pub(super) fn read(source: &str, rev: Option<&str>, folder: &str, events: &[String], from: &Path) -> Result<Found> {
    if !is_inside(folder) && folder != "." {
        return Err(Error::new(format!("`{folder}` is no folder inside of the producer's")));
    }
    let folder = if folder == "." { "" } else { folder };
    let address = is_address(source);
    if address || rev.is_some() {
        let repository = if address {
            source.to_owned()
        } else {
            from.join(source).display().to_string()
        };
        check_address(&repository)?;
        return from_git(&repository, rev.unwrap_or("HEAD"), folder, events);
    }
    let path = from.join(source);
    if !path.is_dir() {
        return Err(Error::new(format!("there is no folder {}", path.display())));
    }
    let mut files = BTreeMap::new();
    let inside = path.join(folder);
    for event in events {
        for file in [inside.join(event), inside.join(event).join("samples")] {
            for file in files::entries(&file)?.into_iter().filter(|file| file.is_file()) {
                let name = file
                    .strip_prefix(&inside)
                    .unwrap_or(&file)
                    .display()
                    .to_string()
                    .replace('\\', "/");
                files.insert(name, plan::read(&file)?.unwrap_or_default());
            }
        }
    }
    // Which state of the folder it was, if git knows; changes that are not committed have their digest.
    let revision = Git::at(&path).commit("HEAD").ok();
    keep(files, &inside, events).map(|files| Found { revision, files })
}

fn from_git(repository: &str, rev: &str, folder: &str, events: &[String]) -> Result<Found> {
    let place = Place::new()?;
    let git = Git::at(&place.0);
    git.run(["init", "--quiet", "--bare"])?;
    git.run([
        "fetch",
        "--quiet",
        "--depth",
        "1",
        "--no-tags",
        "--end-of-options",
        repository,
        rev,
    ])?;
    let commit = git.commit("FETCH_HEAD")?;
    let mut files = BTreeMap::new();
    for event in events {
        let inside = if folder.is_empty() {
            event.clone()
        } else {
            format!("{folder}/{event}")
        };
        for file in git.files(&commit, &inside)? {
            let text = git.text(&commit, &format!("{inside}/{file}"))?;
            files.insert(format!("{event}/{file}"), text);
        }
    }
    let shown = PathBuf::from(format!("{repository}:{folder}"));
    keep(files, &shown, events).map(|files| Found {
        revision: Some(commit),
        files,
    })
}

/// What of it is copied: contracts that may leave the producer's repository, and the samples of those.
fn keep(files: BTreeMap<String, String>, shown: &Path, events: &[String]) -> Result<BTreeMap<String, String>> {
    let mut kept = BTreeMap::new();
    for event in events {
        let (mut versions, mut drafts) = (Vec::new(), 0);
        for (name, text) in files
            .iter()
            .filter(|(name, _)| name.strip_prefix(event).is_some_and(|rest| rest.starts_with('/')))
        {
            if !is_inside(name) {
                return Err(Error::new(format!(
                    "{}: `{name}` is no place for a contract",
                    shown.display()
                )));
            }
            if name.ends_with(".toml") && name.matches('/').count() == 1 {
                let committed = files::parse(&shown.join(name), text)?;
                if committed.status == Status::Draft {
                    drafts += 1;
                } else {
                    versions.push(committed.version);
                    kept.insert(name.clone(), text.clone());
                }
            }
        }
        if versions.is_empty() {
            let error = Error::new(format!("{} has no contract of `{event}`", shown.display()));
            return Err(match drafts {
                0 => error.help("`--folder` says where the contracts are in there; by default in `contracts`"),
                _ => error.help("it has a draft, which may still change as it likes: the producer accepts it first"),
            });
        }
        for version in versions {
            let name = format!("{event}/samples/{version}.json");
            if let Some(text) = files.get(&name) {
                kept.insert(name, text.clone());
            }
        }
    }
    Ok(kept)
}

/// A folder for the time of a fetch.
struct Place(PathBuf);

impl Place {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("cargo-event-fetch-{}", std::process::id()));
        _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).map_err(|error| Error::file("make", &path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A left-over in the temporary folder harms nobody.
        _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for address in [
            "https://example.org/orders.git",
            "ssh://git@example.org/o",
            "git@example.org:orders.git",
            "file:///srv/o",
        ] {
            assert!(is_address(address), "{address}");
            assert!(check_address(address).is_ok(), "{address}");
        }
        for path in ["../orders", "/srv/orders", "orders", "a@b/c:d"] {
            assert!(!is_address(path), "{path}");
        }
        for bad in ["--upload-pack=x", "ext::sh -c x", "https://me:secret@example.org/o"] {
            let error = check_address(bad).unwrap_err();
            assert!(!format!("{error}").contains("secret"), "{bad}");
        }
    }
}
