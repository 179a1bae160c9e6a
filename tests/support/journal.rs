//! What happened, written outside the system under test.
//!
//! An append-only file, one JSON line for each fact, each written by a single
//! `write` to a file opened with `O_APPEND`: the test and its child processes
//! share one journal, and what was written survives a `kill -9`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::name::unique;

/// The environment variable that hands a journal to a child process.
pub const JOURNAL: &str = "EVENT_TEST_JOURNAL";

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// About to be published; its order in the journal is the order its key promises.
    Published,
    /// The broker has taken it: from here on it must not get lost.
    Confirmed,
    /// The broker, or our own publisher, has refused it.
    Refused,
    /// A handler has begun an attempt.
    Started,
    /// The world has changed.
    Effect,
    /// It is a dead letter.
    Dead,
    /// It is parked behind an earlier event of its key.
    Parked,
    /// Anything else worth reading in a failure.
    Note,
}

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What happened.
    pub kind: Kind,
    /// To which event, by its id.
    pub id: String,
    /// The key whose order counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The handler, where several take the same event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// The process that wrote it; filled by [`Journal::record`].
    #[serde(default)]
    pub pid: u32,
    /// Microseconds since 1970; filled by [`Journal::record`].
    #[serde(default)]
    pub at: u64,
}

impl Fact {
    /// A fact about the event `id`.
    pub fn new(kind: Kind, id: impl ToString) -> Self {
        Self {
            kind,
            id: id.to_string(),
            key: None,
            handler: None,
            pid: 0,
            at: 0,
        }
    }

    /// Names the key.
    #[must_use]
    pub fn key(mut self, key: impl ToString) -> Self {
        self.key = Some(key.to_string());
        self
    }

    /// Names the handler.
    #[must_use]
    pub fn handler(mut self, handler: impl ToString) -> Self {
        self.handler = Some(handler.to_string());
        self
    }
}

/// An open journal. [`Journal::create`] owns the file and removes it; the others only write and read.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    owner: bool,
}

impl Journal {
    /// Creates a journal in the temporary directory.
    ///
    /// # Panics
    ///
    /// When the file cannot be created.
    pub fn create() -> Self {
        let path = std::env::temp_dir().join(format!("{}.jsonl", unique("event-journal")));
        let mut journal = Self::open(path);
        journal.owner = true;
        journal
    }

    /// Opens the journal of another process.
    ///
    /// # Panics
    ///
    /// When the file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        match File::options().create(true).append(true).open(&path) {
            Ok(file) => Self {
                file,
                path,
                owner: false,
            },
            Err(error) => panic!("cannot open the journal {}: {error}", path.display()),
        }
    }

    /// Opens the journal that the parent named in `EVENT_TEST_JOURNAL`.
    ///
    /// # Panics
    ///
    /// When the variable is not set.
    pub fn inherited() -> Self {
        match std::env::var_os(JOURNAL) {
            Some(path) => Self::open(PathBuf::from(path)),
            None => panic!("{JOURNAL} is not set: start this process with `Child::journal`"),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a fact; it is in the file when this returns.
    ///
    /// # Panics
    ///
    /// When the file cannot be written.
    pub fn record(&self, mut fact: Fact) {
        fact.pid = std::process::id();
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        fact.at = now.map_or(0, |since| since.as_micros() as u64);
        let written = serde_json::to_vec(&fact)
            .map_err(std::io::Error::from)
            .and_then(|mut line| {
                line.push(b'\n');
                (&self.file).write_all(&line)
            });
        if let Err(error) = written {
            panic!("cannot write the journal {}: {error}", self.path.display());
        }
    }

    /// Everything written so far, in order.
    ///
    /// # Panics
    ///
    /// When the file cannot be read or holds a line that is no fact.
    pub fn facts(&self) -> Vec<Fact> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) => panic!("cannot read the journal {}: {error}", self.path.display()),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let parse = |line| match serde_json::from_str(line) {
            Ok(fact) => fact,
            Err(error) => panic!("no fact: {error}: {line}"),
        };
        whole.lines().map(parse).collect()
    }

    /// How many facts of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.facts().iter().filter(|fact| fact.kind == kind).count()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.owner {
            return;
        }
        if std::thread::panicking() {
            eprintln!("the journal is kept: {}", self.path.display());
        } else {
            let _ = fs::remove_file(&self.path);
        }
    }
}
