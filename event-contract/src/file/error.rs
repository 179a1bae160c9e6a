use core::fmt;

/// Why a contract file cannot be read: where, and what to do about it.
///
/// The caller knows the file's path and puts it in front.
///
/// ```
/// use event_contract::file;
///
/// let error = file::parse("format = 1\nevnt = \"order.placed\"").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "line 2: `evnt` is not known at the top of the file; did you mean `event`?"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there, and how to mend it.
    pub message: String,
}

impl FileError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for FileError {}
