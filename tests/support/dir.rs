//! A directory that is removed with its owner.

use std::fs;
use std::path::{Path, PathBuf};

use crate::name::unique;

/// A directory that is removed with its owner.
#[derive(Debug)]
pub struct TempDir(PathBuf);

impl TempDir {
    /// A new one in the temporary directory.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    pub fn new(prefix: &str) -> Self {
        let path = std::env::temp_dir().join(unique(prefix));
        if let Err(error) = fs::create_dir_all(&path) {
            panic!("cannot create {}: {error}", path.display());
        }
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes `text` to the file `name` in this directory and returns its path.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        if let Err(error) = fs::write(&path, text) {
            panic!("cannot write {}: {error}", path.display());
        }
        path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // Left-overs in the temporary directory harm nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
