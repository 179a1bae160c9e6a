//! Files that a command is about to write: all of them are known before the first one is written.

use crate::error::{Error, Outcome, Result};
use crate::output::{Output, Tone};
use crate::{atomic, rustfmt};
use serde::Serialize;
use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

/// What becomes of files.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Paths are shown from here.
    root: PathBuf,
    files: Vec<File>,
    by_hand: Vec<String>,
    next: Vec<String>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    before: Option<String>,
    after: String,
    /// Lines were added to it; otherwise the whole file is ours.
    inserted: bool,
}

/// How carefully.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Care {
    /// Overwrite what is there.
    pub(crate) force: bool,
    /// Show, write nothing.
    pub(crate) dry_run: bool,
}

#[derive(Serialize)]
struct Done<'a> {
    dry_run: bool,
    files: Vec<DoneFile<'a>>,
    by_hand: &'a [String],
    next: &'a [String],
}

#[derive(Serialize)]
struct DoneFile<'a> {
    path: String,
    action: &'static str,
    text: Option<&'a str>,
}

impl Plan {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: Vec::new(),
            by_hand: Vec::new(),
            next: Vec::new(),
        }
    }

    /// The text of a file as it will be.
    ///
    /// # Errors
    ///
    /// A file that is there and cannot be read.
    pub(crate) fn read(&self, path: &Path) -> Result<Option<String>> {
        match self.files.iter().find(|file| file.path == path) {
            Some(file) => Ok(Some(file.after.clone())),
            None => read(path),
        }
    }

    /// A file that is ours as a whole.
    ///
    /// # Errors
    ///
    /// A file that is there and cannot be read.
    pub(crate) fn create(&mut self, path: PathBuf, text: &str) -> Result<()> {
        let after = if is_rust(&path) {
            rustfmt::format(text, &path)
        } else {
            text.to_owned()
        };
        let before = read(&path)?;
        self.files.push(File {
            path,
            before,
            after,
            inserted: false,
        });
        Ok(())
    }

    /// A file of the user's, with something put into it.
    ///
    /// # Errors
    ///
    /// A file that is there and cannot be read.
    pub(crate) fn insert(&mut self, path: &Path, text: &str) -> Result<()> {
        let before = self.read(path)?;
        let after = match &before {
            Some(before) if is_rust(path) => rustfmt::format_again(before, text, path),
            _ => text.to_owned(),
        };
        match self.files.iter_mut().find(|file| file.path == path) {
            Some(file) => file.after = after,
            None => self.files.push(File {
                path: path.to_owned(),
                before,
                after,
                inserted: true,
            }),
        }
        Ok(())
    }

    /// Something that we do not dare to do.
    pub(crate) fn by_hand(&mut self, what: impl Into<String>) {
        self.by_hand.push(what.into());
    }

    /// What to do afterwards.
    pub(crate) fn next(&mut self, what: impl Into<String>) {
        self.next.push(what.into());
    }

    /// Writes, or shows what would be written.
    ///
    /// # Errors
    ///
    /// A file in the way that nobody allowed us to overwrite: then nothing is written. A file that cannot be written.
    pub(crate) fn carry_out(self, care: Care, output: Output) -> Result<Outcome> {
        let in_the_way: Vec<_> = self
            .files
            .iter()
            .filter(|file| !file.inserted && file.before.as_ref().is_some_and(|before| *before != file.after))
            .collect();
        if !care.force && !care.dry_run {
            self.ask(&in_the_way)?;
        }
        for file in &self.files {
            let word = file.action(care.dry_run);
            output.line(format_args!(
                "{} {}",
                output.tone(Tone::Good, word),
                self.shown(&file.path)
            ));
            if care.dry_run {
                file.show(output);
            } else if file.before.as_ref() != Some(&file.after) {
                atomic::write(&file.path, &file.after)?;
            }
        }
        for what in &self.by_hand {
            output.line(format_args!(
                "{} {what}",
                output.tone(Tone::Doubtful, "add this line yourself:")
            ));
        }
        if !self.next.is_empty() && !care.dry_run {
            output.line("\nnext:");
            self.next.iter().for_each(|what| output.line(format_args!("  {what}")));
        }
        output.value(&Done {
            dry_run: care.dry_run,
            files: self
                .files
                .iter()
                .map(|file| DoneFile {
                    path: self.shown(&file.path),
                    action: file.action(false),
                    text: care.dry_run.then_some(&file.after),
                })
                .collect(),
            by_hand: &self.by_hand,
            next: &self.next,
        })?;
        Ok(Outcome::Fine)
    }

    /// Writes without a word, for commands that say themselves what they do.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub(crate) fn write(&self) -> Result<()> {
        let mut changed = self
            .files
            .iter()
            .filter(|file| file.before.as_ref() != Some(&file.after));
        changed.try_for_each(|file| atomic::write(&file.path, &file.after))
    }

    fn ask(&self, in_the_way: &[&File]) -> Result<()> {
        let (mut stderr, stdin) = (std::io::stderr(), std::io::stdin());
        for file in in_the_way {
            let shown = self.shown(&file.path);
            let refused = Error::new(format!(
                "{shown} is there already, and it is different; nothing was written"
            ));
            if !stdin.is_terminal() {
                return Err(refused.help("`--dry-run` shows what would be written, `--force` overwrites"));
            }
            _ = write!(
                stderr,
                "{shown} is there already, and it is different. Overwrite it? [y/N] "
            );
            let mut answer = String::new();
            let read = stdin.read_line(&mut answer);
            if read.is_err() || !matches!(answer.trim(), "y" | "Y" | "yes") {
                return Err(refused);
            }
        }
        Ok(())
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
            .replace('\\', "/")
    }
}

impl File {
    fn action(&self, dry_run: bool) -> &'static str {
        match (&self.before, self.before.as_ref() == Some(&self.after)) {
            (None, _) if dry_run => "would create",
            (None, _) => "created",
            (_, true) => "unchanged",
            _ if dry_run => "would change",
            _ => "changed",
        }
    }

    /// All lines of a file that is new, the added ones of another.
    fn show(&self, output: Output) {
        let before: Vec<_> = self.before.as_deref().unwrap_or_default().lines().collect();
        let is_new = self.before.is_none();
        let added = |line: &&str| is_new || !line.is_empty() && !before.contains(line);
        for line in self.after.lines().filter(added) {
            output.line(format_args!("    {line}").to_string().trim_end());
        }
    }
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// The text of a file, if it is there.
pub(crate) fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file("read", path, &error)),
    }
}
