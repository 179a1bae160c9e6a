use super::path::{Path, Segment};
use super::report::{Issue, Report};
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
    // What did not fit was not looked at, so it stays.
    left.also(&report);
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

#[cfg(test)]
mod tests {
    use crate::compare::compare;
    use crate::file::parse;
    use crate::shape::Field;
    use crate::{Allowed, Contract, Object, Schema, Version};

    /// A report has room for two dozen issues; allowing those must not let the others pass.
    #[test]
    fn what_does_not_fit_is_not_allowed() {
        let fields: String = (0..25).map(|at| format!("f{at} = \"u8?\"\n")).collect();
        let head = "format = 1\nevent = \"a\"\nversion = 1\nstatus = \"live\"\n";
        let committed = parse(&format!("{head}[data.fields]\n{fields}")).unwrap();
        let own = Contract::new("a", Version::FIRST, "a.v1").with_data(&Object::EMPTY);
        let all = compare(&own, &committed, &[]);
        assert_eq!((all.breaking(), all.issues().len()), (25, 24));
        let allowed: Vec<Allowed> = all
            .issues()
            .iter()
            .map(|issue| Allowed {
                rule: issue.rule.id(),
                path: issue.path.to_string().leak(),
                reason: "nobody reads it",
            })
            .collect();
        let left = compare(&own, &committed.with_allowed(allowed.leak()), &[]);
        assert_eq!((left.breaking(), left.issues().len()), (1, 0));
        assert_eq!(left.text(&[]), "\n  and 1 more");
    }

    #[test]
    fn warnings_do_not_hide_what_breaks() {
        let fields: String = (0..30).map(|at| format!("f{at} = \"u8 = default\"\n")).collect();
        let head = "format = 1\nevent = \"a\"\nversion = 1\nstatus = \"live\"\n";
        let committed = parse(&format!("{head}[data.fields]\n{fields}")).unwrap();
        let mut own: Vec<Field> = committed
            .data
            .fields
            .iter()
            .map(|field| field.with_default("other"))
            .collect();
        own.last_mut().unwrap().shape = <u16>::SHAPE;
        let data = Box::leak(Box::new(Object::new("A", own.leak())));
        let report = compare(
            &Contract::new("a", Version::FIRST, "a.v1").with_data(data),
            &committed,
            &[],
        );
        assert!(!report.is_compatible() && !report.only_breaking().is_compatible());
        assert!(report.only_breaking().text(&[]).contains("more"));
    }
}
