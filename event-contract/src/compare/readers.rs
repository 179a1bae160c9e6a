use super::path::{Path, Segment};
use super::report::{Issue, Report};
use super::rule::Level;
use crate::check::same;
use crate::text::Text;
use crate::{Committed, Reader, Shape};

/// The issues that nobody has allowed; one that a recorded reader would notice cannot be.
pub(super) const fn without_allowed(report: Report, committed: &Committed, readers: &[Reader]) -> Report {
    if committed.allowed.is_empty() || report.is_clean() {
        return report;
    }
    let mut left = Report::EMPTY;
    let mut at = 0;
    while at < report.issues().len() {
        let issue = report.issues()[at];
        if !is_allowed(&issue, committed) || count(readers, &issue.path) > 0 {
            left.push(issue);
        }
        at += 1;
    }
    left
}

const fn is_allowed(issue: &Issue, committed: &Committed) -> bool {
    let path = issue.path.write(Text::new());
    let mut at = 0;
    while at < committed.allowed.len() {
        let allowed = &committed.allowed[at];
        if same(allowed.rule, issue.rule.id()) && same(allowed.path, path.as_str()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn count(readers: &[Reader], path: &Path) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < readers.len() {
        if reads(&readers[at], path) {
            count += 1;
        }
        at += 1;
    }
    count
}

/// `billing.charge and search.index`; `nobody recorded` when there is none.
pub(super) const fn write(mut text: Text, readers: &[Reader], path: &Path) -> Text {
    let total = count(readers, path);
    if total == 0 {
        return text.add("nobody recorded");
    }
    let (mut said, mut at) = (0, 0);
    while at < readers.len() {
        if reads(&readers[at], path) {
            if said > 0 {
                text = text.add(if said + 1 == total { " and " } else { ", " });
            }
            text = text.add(readers[at].consumer);
            said += 1;
        }
        at += 1;
    }
    text
}

/// Whether the reader has something at this place.
const fn reads(reader: &Reader, path: &Path) -> bool {
    let mut shape = Shape::Object(reader.data);
    let mut segments = path.segments();
    while let Some((first, rest)) = segments.split_first() {
        shape = match (inner(shape), first) {
            (Shape::Object(object), Segment::Field(name)) => {
                let mut at = 0;
                loop {
                    if at == object.fields.len() {
                        return false;
                    }
                    if same(object.fields[at].name, name) {
                        break object.fields[at].shape;
                    }
                    at += 1;
                }
            }
            (Shape::List(item) | Shape::Set(item) | Shape::Array(item, _), Segment::Item) => *item,
            (Shape::Map(_, value), Segment::Value) => *value,
            (Shape::Tuple(parts), Segment::Part(index)) if *index < parts.len() => parts[*index],
            // What follows decides; a variant alone is read by whoever reads the choice.
            (Shape::Choice(choice), Segment::Variant(name, _)) => {
                let mut at = 0;
                loop {
                    if at == choice.variants.len() {
                        return rest.is_empty();
                    }
                    if same(choice.variants[at].name, name) {
                        break match choice.variants[at].content {
                            Some(content) => content,
                            None => return true,
                        };
                    }
                    at += 1;
                }
            }
            (Shape::Any, _) => return true,
            _ => return false,
        };
        segments = rest;
    }
    true
}

const fn inner(shape: Shape) -> Shape {
    match shape {
        Shape::Optional(inner) | Shape::Nullable(inner) => *inner,
        other => other,
    }
}

impl Report {
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
        left
    }
}
