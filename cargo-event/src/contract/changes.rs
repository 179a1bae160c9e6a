//! What accepting a type would change in its contract.

use super::compiled::Event;
use super::files::{Entry, Folder};
use event_contract::file::{self, Accepted, Refused};
use event_contract::{Status, Version};

/// A type beside its contract.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) event: &'a Event,
    pub(super) existing: Option<&'a Entry>,
    pub(super) result: Result<Accepted, Refused>,
}

impl<'a> Change<'a> {
    /// Takes the type in, or tries to; writes nothing. `status` is for a contract that begins; one that is there keeps its
    /// own unless `raise`.
    pub(super) fn of(event: &'a Event, folder: &'a Folder, status: Status, raise: bool) -> Self {
        let (name, version) = (event.now.event, event.now.version);
        let existing = folder.find(name, version);
        let readers = folder.readers(name, version);
        let status = match existing {
            Some(entry) if !raise => entry.committed.status,
            _ => status,
        };
        let committed = existing.map(|entry| &entry.committed);
        Self {
            event,
            existing,
            result: file::accept(committed, &event.contract, &readers, status),
        }
    }

    /// The text of the file, and what it would be.
    pub(super) fn texts(&self) -> (String, String) {
        let before = self
            .existing
            .map(|entry| file::write(&entry.committed))
            .unwrap_or_default();
        let after = match &self.result {
            Ok(accepted) => file::write(&accepted.committed),
            Err(_) => file::write(&self.event.now),
        };
        (before, after)
    }

    /// Whether the file is as it should be.
    pub(super) fn is_accepted(&self) -> bool {
        let (before, after) = self.texts();
        self.existing.is_some() && self.result.is_ok() && before == after
    }

    pub(super) fn status(&self) -> Option<Status> {
        self.existing.map(|entry| entry.committed.status)
    }

    pub(super) fn name(&self) -> (&'static str, Version) {
        (self.event.now.event, self.event.now.version)
    }

    /// The lines that go and the lines that come, each with the section that it stands in.
    pub(super) fn lines(&self) -> Vec<Line> {
        let (before, after) = self.texts();
        lines(&before, &after)
    }
}

/// A line that goes or comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) section: String,
    pub(super) added: bool,
    pub(super) text: String,
}

/// The facts of two contract files that are not in both. Their order has no meaning, and neither have comments.
pub(super) fn lines(before: &str, after: &str) -> Vec<Line> {
    let (before, after) = (facts(before), facts(after));
    let gone = before
        .iter()
        .filter(|fact| !after.contains(fact))
        .map(|fact| (fact, false));
    let come = after
        .iter()
        .filter(|fact| !before.contains(fact))
        .map(|fact| (fact, true));
    let mut lines: Vec<_> = gone
        .chain(come)
        .map(|((section, text), added)| Line {
            section: section.clone(),
            added,
            text: text.clone(),
        })
        .collect();
    let key = |text: &str| text.split(" = ").next().unwrap_or_default().to_owned();
    lines.sort_by_key(|line| (line.section.clone(), key(&line.text), line.added));
    lines
}

/// Section and line of everything that a file says.
fn facts(text: &str) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut facts = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if line.starts_with('[') {
            section = line.to_owned();
        } else if !line.is_empty() && !line.starts_with('#') && !matches!(line, "]") {
            facts.push((section.clone(), line.to_owned()));
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_that_are_not_in_both() {
        let before = "# x\nstatus = \"live\"\n\n[data.fields]\na = \"u8\"\nb = \"u8\"\n";
        let after = "# y\nstatus = \"live\"\n\n[data.fields]\nb = \"u16\"\nc = \"u8\"\n";
        let shown: Vec<_> = lines(before, after)
            .into_iter()
            .map(|line| format!("{}{}{}", line.section, if line.added { "+" } else { "-" }, line.text))
            .collect();
        let section = "[data.fields]";
        assert_eq!(
            shown,
            ["-a = \"u8\"", "-b = \"u8\"", "+b = \"u16\"", "+c = \"u8\""].map(|line| format!("{section}{line}"))
        );
    }
}
