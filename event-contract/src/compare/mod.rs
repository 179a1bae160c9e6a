//! What would break: one function, `can this reader read what that writer writes`, in every direction that matters.
//!
//! All of it works in constants. The macros put a call next to the struct, the command line calls the same function with
//! what it has read from files.

mod choice;
mod lint;
mod message;
mod object;
mod path;
mod readers;
mod report;
mod rule;
mod value;
mod versions;
mod witness;

pub use lint::{can_be_flattened, lint};
pub use path::{Path, Segment};
pub use report::{Direction, Issue, Report};
pub use rule::{Level, Rule};
pub use versions::compare_versions;

pub(crate) use message::Subject;

use crate::check::same;
use crate::{Committed, Contract, Object, Reader, Shape, Status};
use report::Walk;

/// Compares a type with the contract that is written down for its version, in both directions.
///
/// A draft may change as it likes. What the file allows is left out, unless a recorded reader reads it. What the file
/// reserves may not come back.
///
/// ```
/// use event_contract::{Committed, Contract, ShapeField as Field, Object, Schema, Version, compare};
///
/// const OLD: Object = Object::new("OrderPlaced", &[Field::new("total", <u32>::SHAPE)]);
/// const NEW: Object = Object::new("OrderPlaced", &[Field::new("total", <i64>::SHAPE)]);
///
/// let committed = Committed::new("order.placed", Version::FIRST, &OLD);
/// let contract = Contract::new("order.placed", Version::FIRST, "order.placed.v1").with_data(&NEW);
/// let report = compare::compare(&contract, &committed, &[]);
/// assert_eq!(report.issues()[0].rule.id(), "number-changed");
/// assert_eq!(report.issues()[0].witness(), r#"{"total":-9223372036854775808}"#);
/// ```
#[must_use]
pub const fn compare(own: &Contract, committed: &Committed, readers: &[Reader]) -> Report {
    if matches!(committed.status, Status::Draft) {
        return Report::EMPTY;
    }
    let mut walk = Walk::new(Direction::Backward);
    names(&mut walk, own, committed);
    walk.reserved = committed.reserved;
    object::object(&mut walk, own.data, committed.data);
    walk.direction = Direction::Forward;
    object::object(&mut walk, committed.data, own.data);
    readers::without_allowed(walk.report, committed, readers)
}

/// Compares what a view reads with an object that is written.
#[must_use]
pub const fn compare_read(view: &Object, written: &Object) -> Report {
    let mut walk = Walk::new(Direction::View);
    object::object(&mut walk, view, written);
    walk.report
}

/// Compares two states of one contract file: what a struct may not do, and what would let a later struct do it.
#[must_use]
pub const fn compare_committed(old: &Committed, new: &Committed, readers: &[Reader]) -> Report {
    if matches!(old.status, Status::Draft) {
        return Report::EMPTY;
    }
    let mut walk = Walk::new(Direction::Backward);
    walk.files = true;
    if matches!(new.status, Status::Draft) {
        walk.issue(Rule::StatusChanged, None, None, "");
    }
    key(&mut walk, new.key, old.key, Rule::KeyChanged);
    key(&mut walk, new.sequence, old.sequence, Rule::SequenceChanged);
    walk.reserved = old.reserved;
    object::object(&mut walk, new.data, old.data);
    let mut at = 0;
    while at < old.reserved.len() {
        if !crate::check::contains(new.reserved, old.reserved[at]) {
            walk.issue(Rule::ReservedRemoved, None, None, old.reserved[at]);
        }
        at += 1;
    }
    walk.direction = Direction::Forward;
    object::object(&mut walk, old.data, new.data);
    readers::without_allowed(walk.report, new, readers)
}

/// Whether everything that is written as `writer` is read as `reader`.
#[must_use]
pub const fn can_read(reader: &Shape, writer: &Shape) -> bool {
    let mut walk = Walk::new(Direction::View);
    value::value(&mut walk, reader, writer);
    walk.report.is_compatible()
}

const fn names(walk: &mut Walk, own: &Contract, committed: &Committed) {
    key(walk, own.key, committed.key, Rule::KeyChanged);
    key(walk, own.sequence, committed.sequence, Rule::SequenceChanged);
}

const fn key(walk: &mut Walk, new: Option<&'static str>, old: Option<&'static str>, rule: Rule) {
    match (new, old) {
        (Some(new), Some(old)) if !same(new, old) => walk.issue_at(Segment::Field(old), rule, None, None, new),
        (None, Some(old)) => walk.issue_at(Segment::Field(old), rule, None, None, ""),
        _ => {}
    }
}
