use super::path::{Path, Segment};
use super::rule::{Level, Rule};
use crate::Shape;
use crate::check::contains;
use crate::text::Text;

/// As many issues as are kept; further ones are counted.
const ROOM: usize = 24;

/// What is wrong between a reader and a writer.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    issues: [Issue; ROOM],
    len: usize,
    breaking: usize,
    warnings: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// The rule that says so.
    pub rule: Rule,
    /// Where.
    pub path: Path,
    /// Who reads whom.
    pub direction: Direction,
    /// What is read there.
    pub reader: Option<Shape>,
    /// What is written there.
    pub writer: Option<Shape>,
    /// The other name, where the rule is about two.
    pub other: &'static str,
    /// Nothing fails, but something is lost.
    pub silent: bool,
}

/// Who reads whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The new type reads events that were written before: from queues, dead letters and archives.
    Backward,
    /// Consumers that run today read new events.
    Forward,
    /// A view reads the events of a contract.
    View,
    /// A type reads what it writes itself.
    Itself,
}

impl Report {
    pub(super) const EMPTY: Self = Self {
        issues: [Issue {
            rule: Rule::TypeChanged,
            path: Path::ROOT,
            direction: Direction::Itself,
            reader: None,
            writer: None,
            other: "",
            silent: false,
        }; ROOM],
        len: 0,
        breaking: 0,
        warnings: 0,
    };

    pub(super) const fn push(&mut self, issue: Issue) {
        match issue.rule.level() {
            Level::Breaking => self.breaking += 1,
            Level::Warning => self.warnings += 1,
        }
        if self.len < ROOM {
            self.issues[self.len] = issue;
            self.len += 1;
        }
    }

    /// The issues, breaking ones and warnings, as they were found; the first 24 of them.
    #[must_use]
    pub const fn issues(&self) -> &[Issue] {
        self.issues.split_at(self.len).0
    }

    /// How many break somebody.
    #[must_use]
    pub const fn breaking(&self) -> usize {
        self.breaking
    }

    /// How many are warnings.
    #[must_use]
    pub const fn warnings(&self) -> usize {
        self.warnings
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.breaking == 0 && self.warnings == 0
    }

    /// Whether nobody breaks.
    #[must_use]
    pub const fn is_compatible(&self) -> bool {
        self.breaking == 0
    }

    /// Counts what `other` counts and does not hold.
    pub(super) const fn also(&mut self, other: &Self) {
        let (mut breaking, mut warnings) = (other.breaking, other.warnings);
        let mut at = 0;
        while at < other.len {
            match other.issues[at].rule.level() {
                Level::Breaking => breaking -= 1,
                Level::Warning => warnings -= 1,
            }
            at += 1;
        }
        self.breaking += breaking;
        self.warnings += warnings;
    }

    /// The same without what only warns.
    #[must_use]
    pub const fn only_breaking(&self) -> Self {
        let mut left = Self::EMPTY;
        let mut at = 0;
        while at < self.issues().len() {
            let issue = self.issues()[at];
            if matches!(issue.rule.level(), Level::Breaking) {
                left.push(issue);
            }
            at += 1;
        }
        left.breaking = self.breaking;
        left
    }

    /// Issues beyond those that are kept.
    pub(super) const fn more(&self) -> usize {
        self.breaking + self.warnings - self.len
    }
}

/// A walk through a reader and a writer side by side.
pub(super) struct Walk {
    pub(super) direction: Direction,
    /// Both sides are contract files: then the reading side may not be loosened, nor the writing side narrowed.
    pub(super) files: bool,
    /// Places where nothing may come back.
    pub(super) reserved: &'static [&'static str],
    pub(super) path: Path,
    pub(super) report: Report,
}

impl Walk {
    pub(super) const fn new(direction: Direction) -> Self {
        Self {
            direction,
            files: false,
            reserved: &[],
            path: Path::ROOT,
            report: Report::EMPTY,
        }
    }

    pub(super) const fn is(&self, direction: Direction) -> bool {
        self.direction as u8 == direction as u8
    }

    pub(super) const fn issue(
        &mut self,
        rule: Rule,
        reader: Option<Shape>,
        writer: Option<Shape>,
        other: &'static str,
    ) {
        self.report.push(Issue {
            rule,
            path: self.path,
            direction: self.direction,
            reader,
            writer,
            other,
            silent: false,
        });
    }

    /// Whether what comes at this place had another meaning once.
    pub(super) const fn is_reserved(&self, segment: Segment) -> bool {
        if self.reserved.is_empty() {
            return false;
        }
        let mut path = self.path;
        path.push(segment);
        contains(self.reserved, path.write(Text::new()).as_str())
    }

    /// Nothing fails, but something is lost.
    pub(super) const fn silently(&mut self) {
        let len = self.report.len;
        if len > 0 {
            self.report.issues[len - 1].silent = true;
        }
    }

    pub(super) const fn issue_at(
        &mut self,
        segment: Segment,
        rule: Rule,
        reader: Option<Shape>,
        writer: Option<Shape>,
        other: &'static str,
    ) {
        self.path.push(segment);
        self.issue(rule, reader, writer, other);
        self.path.pop();
    }
}
