//! Git, through its command.

use crate::error::{Error, Result};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository, or a work tree of one.
#[derive(Debug)]
pub(crate) struct Git {
    folder: PathBuf,
}

impl Git {
    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// What a command prints.
    ///
    /// # Errors
    ///
    /// What git says against it.
    pub(crate) fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Vec<u8>> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.folder)
            .args(arguments)
            // Nobody is there to answer.
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .output()
            .map_err(|error| Error::new(format!("cannot run git: {error}")))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim();
        Err(Error::new(format!(
            "git: {}",
            said.strip_prefix("fatal: ").unwrap_or(said)
        )))
    }

    /// What a command prints, as one line.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub(crate) fn line(&self, arguments: &[&str]) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.run(arguments)?).trim().to_owned())
    }

    /// The commit that a branch, tag or other name stands for.
    ///
    /// # Errors
    ///
    /// No repository there, and a name that it does not know.
    pub(crate) fn commit(&self, name: &str) -> Result<String> {
        self.line(&["rev-parse", "--git-dir"])?;
        let commit = format!("{name}^{{commit}}");
        self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
            .map_err(|_| {
                Error::new(format!("git knows no commit `{name}` here")).help(
                    "a shallow clone has only its newest one: fetch the other one first, as in `git fetch origin main`",
                )
            })
    }

    /// The files of a commit below a folder, with paths from there. One that it does not have has none.
    ///
    /// # Errors
    ///
    /// What git says against it.
    pub(crate) fn files(&self, commit: &str, folder: &str) -> Result<Vec<String>> {
        let tree = if folder.is_empty() {
            commit.to_owned()
        } else {
            format!("{commit}:{folder}")
        };
        if self.run(["cat-file", "-e", &tree]).is_err() {
            return Ok(Vec::new());
        }
        let listed = self.run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", &tree])?;
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
    }

    /// A file of a commit.
    ///
    /// # Errors
    ///
    /// What git says against it, and a file that is no text.
    pub(crate) fn text(&self, commit: &str, path: &str) -> Result<String> {
        let bytes = self.run(["cat-file", "blob", &format!("{commit}:{path}")])?;
        String::from_utf8(bytes).map_err(|_| Error::new(format!("{path} is no text in {commit}")))
    }
}
