//! Files that are there as a whole or not at all, and one writer at a time.

use crate::error::{Error, Result};
use event_contract::file::{Existing, write_file};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Writes the file beside its place and moves it there; makes its folder where needed.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    write_file(path, text, Existing::Replace).map_err(|error| Error::file("write", path, &error))
}

/// Holds off every other command that writes below a folder, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Lock(#[expect(dead_code, reason = "open for as long as the lock is held")] File);

impl Lock {
    /// Waits for whoever has it.
    ///
    /// The lock is a file of the temporary folder, so that nothing of it is ever committed; it ends with the process.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let place = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let hash = event_contract::hash(&place.to_string_lossy());
        let path: PathBuf = std::env::temp_dir().join(format!("cargo-event-{hash:016x}.lock"));
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| Error::file("open", &path, &error))?;
        file.lock().map_err(|error| Error::file("lock", &path, &error))?;
        Ok(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn one_at_a_time() {
        let folder = std::env::temp_dir().join(format!("cargo-event-lock-{}", std::process::id()));
        let first = Lock::of(&folder).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let second = std::thread::spawn({
            let folder = folder.clone();
            move || {
                let _lock = Lock::of(&folder).unwrap();
                sender.send(()).unwrap();
            }
        });
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err(), "two had it");
        drop(first);
        receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        second.join().unwrap();
    }

    #[test]
    fn nothing_is_left_beside_it() {
        let folder = std::env::temp_dir().join(format!("cargo-event-atomic-{}", std::process::id()));
        write(&folder.join("deep/a.txt"), "1").unwrap();
        write(&folder.join("deep/a.txt"), "2").unwrap();
        assert_eq!(fs::read_to_string(folder.join("deep/a.txt")).unwrap(), "2");
        assert_eq!(fs::read_dir(folder.join("deep")).unwrap().count(), 1);
        assert!(write(&folder.join("deep"), "3").is_err(), "a folder is there");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
