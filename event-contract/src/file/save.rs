use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// What to do where a file is already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Put the new one in its place.
    Replace,
    /// Leave it, and fail with [`AlreadyExists`](io::ErrorKind::AlreadyExists).
    Keep,
}

/// Writes a file all at once: a reader sees the old text or the new one, and of two writers one is last.
///
/// The folder is made when it is missing. The text goes to a file beside it first, which then gets the name; that one is
/// removed again when something fails.
///
/// # Errors
///
/// When the folder or the file cannot be written, or the file is there and is to be kept.
pub fn write_file(path: &Path, text: &str, existing: Existing) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let (beside, mut file) = create_beside(path, folder)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    drop(file);
    let named = written.and_then(|()| match existing {
        Existing::Replace => fs::rename(&beside, path),
        Existing::Keep => name_new(&beside, path),
    });
    if named.is_err() || existing == Existing::Keep {
        // It has a second name by now, or none that is of use.
        let _ = fs::remove_file(&beside);
    }
    named
}

/// A file of its own in the folder, which no other thread or process writes to.
fn create_beside(path: &Path, folder: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let beside = format!(".{}.{}-{number}.tmp", name.to_string_lossy(), std::process::id());
        let beside = folder.join(beside);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((beside, file)),
            // Left by a process of the same number that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Renaming replaces what is there; a second name does not.
fn name_new(beside: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(beside, path) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported || error.kind() == io::ErrorKind::PermissionDenied => {
            // A file system without second names: new all the same, though not all at once.
            let text = fs::read(beside)?;
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(path)?
                .write_all(&text)
        }
        linked => linked,
    }
}
