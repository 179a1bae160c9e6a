//! `contracts/contracts.lock`: where the copied contracts come from, and what they were.

use crate::error::{Error, Result, shown};
use crate::{atomic, plan};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const HEAD: &str =
    "# Where the contracts in `vendor` come from. Written by `cargo event contract fetch`; not for editing.\n";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockFile {
    format: u32,
    /// By the producer's name here.
    #[serde(default)]
    pub(super) producer: BTreeMap<String, Pinned>,
}

/// What was copied from one producer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pinned {
    /// A path, from the folder of the package, or the address of a git repository.
    pub(super) source: String,
    /// The branch, tag or commit that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rev: Option<String>,
    /// Where the contracts are in there.
    pub(super) folder: String,
    /// The commit, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) revision: Option<String>,
    /// The events that were asked for.
    pub(super) events: Vec<String>,
    /// The digest of each copy, by its path below `vendor/<producer>`.
    #[serde(default)]
    pub(super) files: BTreeMap<String, String>,
}

impl LockFile {
    pub(super) fn path(contracts: &Path) -> PathBuf {
        contracts.join("contracts.lock")
    }

    /// Reads it; nothing is pinned when there is none.
    ///
    /// # Errors
    ///
    /// A damaged file, with its line; one of another release.
    pub(super) fn read(contracts: &Path) -> Result<Self> {
        let path = Self::path(contracts);
        let Some(text) = plan::read(&path)? else {
            return Ok(Self {
                format: 1,
                producer: BTreeMap::new(),
            });
        };
        let lock: Self = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            Error::new(format!("{}:{line}: {}", shown(&path), error.message()))
                .help("after a merge, take either side and run `cargo event contract fetch`")
        })?;
        if lock.format != 1 {
            return Err(Error::new(format!(
                "{}: `format = {}` is of another release",
                shown(&path),
                lock.format
            )));
        }
        let outside = lock
            .producer
            .values()
            .flat_map(|pinned| pinned.files.keys())
            .find(|file| !is_inside(file));
        match outside {
            Some(file) => Err(Error::new(format!(
                "{}: `{file}` is no place below `vendor`",
                shown(&path)
            ))),
            None => Ok(lock),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub(super) fn write(&self, contracts: &Path) -> Result<()> {
        let text = toml::to_string(self).map_err(|error| Error::new(error.to_string()))?;
        atomic::write(&Self::path(contracts), &format!("{HEAD}{text}"))
    }
}

/// Whether a path stays below the folder that it is joined to.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']))
}

/// `sha256:..`
pub(super) fn digest(text: &str) -> String {
    let hex: String = Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(""), empty);
    }

    #[test]
    fn paths_that_lead_out() {
        assert!(is_inside("order.placed/v1.toml"));
        for path in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "C:/x", "a\\..\\b", "."] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
