//! Contract files as a commit has them.

use super::files::{self, view_place};
use crate::error::{Error, Result};
use crate::git::Git;
use event_contract::file::ViewFile;
use event_contract::{Committed, Reader, Version};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of contracts at a commit.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) contracts: Vec<Committed>,
    pub(super) views: Vec<ViewFile>,
    /// Golden samples by their place below the folder.
    pub(super) samples: BTreeMap<String, String>,
}

impl Past {
    /// Reads the folder as it was at `name`.
    ///
    /// # Errors
    ///
    /// No repository around the folder, a name that git does not know, and a file that was damaged then.
    pub(super) fn read(folder: &Path, name: &str) -> Result<Self> {
        // The folder itself may be gone.
        let around = folder.ancestors().find(|above| above.is_dir()).unwrap_or(folder);
        let git = Git::at(around);
        let commit = git.commit(name)?;
        let top = PathBuf::from(git.line(&["rev-parse", "--show-toplevel"])?);
        let top = fs::canonicalize(&top).map_err(|error| Error::file("open", &top, &error))?;
        let inside = below(&top, folder)?;
        let mut past = Self::default();
        for file in git.files(&commit, &inside)? {
            let path = if inside.is_empty() {
                file.clone()
            } else {
                format!("{inside}/{file}")
            };
            let text = || git.text(&commit, &path);
            let parts: Vec<_> = file.split('/').collect();
            let shown = PathBuf::from(format!("{name}:{path}"));
            match parts[..] {
                ["vendor" | "export", ..] => {}
                ["views", _, file] if file.ends_with(".toml") => {
                    past.views.push(files::parse_view(&shown, &text()?)?);
                }
                [_, file] if file.ends_with(".toml") => past.contracts.push(files::parse(&shown, &text()?)?),
                [_, "samples", _] => {
                    past.samples.insert(file.clone(), text()?);
                }
                _ => {}
            }
        }
        Ok(past)
    }

    /// Who read a version then.
    pub(super) fn readers(&self, event: &str, version: Version) -> Vec<Reader> {
        let of = self
            .views
            .iter()
            .filter(|view| view.event == event && view.version == version);
        of.map(|view| view.reader).collect()
    }

    /// The views that are no longer recorded.
    pub(super) fn dropped<'a>(&'a self, now: &'a files::Folder) -> impl Iterator<Item = &'a ViewFile> {
        self.views
            .iter()
            .filter(|old| !now.views.iter().any(|view| view_place(&view.file) == view_place(old)))
    }
}

/// The folder as git names it.
fn below(top: &Path, folder: &Path) -> Result<String> {
    let name = folder.file_name().unwrap_or_default();
    let parent = folder.parent().unwrap_or(folder);
    let parent = fs::canonicalize(parent).map_err(|error| Error::file("open", parent, &error))?;
    let inside = parent.join(name);
    let inside = inside
        .strip_prefix(top)
        .map_err(|_| Error::new(format!("{} is outside of {}", folder.display(), top.display())))?;
    Ok(inside.display().to_string().replace('\\', "/"))
}
