use super::compare_read;
use super::path::Path;
use super::report::Report;
use super::rule::Rule;
use crate::Object;

/// Compares what a view of several versions reads with what is written in one of them, that at `at` in `writers`.
///
/// A field that another version has may be absent from this one; what no version has is a mistake.
///
/// ```
/// use event_contract::{Field, Object, Schema, compare, sorted};
///
/// const V1: Object = Object::new("OrderPlaced", &[Field::new("id", <u32>::SHAPE)]);
/// const V2: Object = Object::new("OrderPlaced", &sorted([
///     Field::new("id", <u32>::SHAPE),
///     Field::new("note", <String>::SHAPE),
/// ]));
/// const OPTIONAL: Object = Object::new("Placed", &[Field::new("note", <Option<String>>::SHAPE)]);
///
/// assert!(compare::compare_versions(&OPTIONAL, &[&V2, &V1], 1).is_clean());
/// let required = compare::compare_versions(&V2, &[&V2, &V1], 1);
/// assert_eq!(required.issues()[0].rule.id(), "absence-refused");
/// assert_eq!(compare::compare_versions(&V2, &[&V1], 0).issues()[0].rule.id(), "field-unknown");
/// ```
///
/// # Panics
///
/// When there is no version at `at`.
#[must_use]
pub const fn compare_versions(view: &Object, writers: &[&Object], at: usize) -> Report {
    let report = compare_read(view, writers[at]);
    if report.is_compatible() || writers.len() == 1 {
        return report;
    }
    let mut left = Report::EMPTY;
    let mut next = 0;
    while next < report.issues().len() {
        let mut issue = report.issues()[next];
        next += 1;
        if matches!(issue.rule, Rule::FieldUnknown) && another_has(view, writers, at, &issue.path) {
            if issue.silent {
                continue;
            }
            issue.rule = Rule::AbsenceRefused;
        }
        left.push(issue);
    }
    left.also(&report);
    left
}

const fn another_has(view: &Object, writers: &[&Object], at: usize, path: &Path) -> bool {
    let mut other = 0;
    while other < writers.len() {
        if other != at && has(&compare_read(view, writers[other]), path) {
            return true;
        }
        other += 1;
    }
    false
}

/// Whether the place is there for a reader that got this report.
const fn has(report: &Report, path: &Path) -> bool {
    let issues = report.issues();
    let mut at = 0;
    while at < issues.len() {
        if matches!(issues[at].rule, Rule::FieldUnknown) && path.is_below(&issues[at].path) {
            return false;
        }
        at += 1;
    }
    report.more() == 0
}
