use std::fmt;
use std::path::Path;

/// Why a command could not do its work, and what to do about it. Exit code 2.
#[derive(Debug)]
pub(crate) struct Error {
    text: String,
    help: Vec<String>,
}

/// `Result` with this crate's [`Error`].
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// How a command ended that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to say against it. Exit code 0.
    Fine,
    /// It was asked to look for something, and found it. Exit code 1.
    Found,
}

impl Error {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            help: Vec::new(),
        }
    }

    /// A way out, shown below the error.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// What a file did not let us do.
    pub(crate) fn file(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {what} {}: {error}", shown(path)))
    }

    pub(crate) fn helps(&self) -> &[String] {
        &self.help
    }
}

/// A path as it is seen from here.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).unwrap_or(path);
    path.display().to_string().replace('\\', "/")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
