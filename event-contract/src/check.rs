//! What generated code evaluates in constants. A mistake is a panic, whose text the compiler shows.

use crate::compare::{Subject, compare, compare_versions, lint};
use crate::text::Text;
use crate::{Committed, Contract, Object, Reader, Status, Version};

/// Checks that `name` version `version` may build upon `older`: the same event, an older version.
///
/// # Panics
///
/// When it may not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_upcast(name: &str, version: u32, older: &Contract) {
    if older.is_invalid() {
        return;
    }
    if !same(name, older.name) {
        let text = Text::new()
            .add("`upcast_from` names the older version of the same event: this is `")
            .add(name)
            .add("`, that is `")
            .add(older.name)
            .add("`");
        panic!("{}", text.as_str());
    }
    if older.version.get() >= version {
        let text = Text::new()
            .add("`upcast_from` names an older version: this is ")
            .version(version)
            .add(" of `")
            .add(name)
            .add("`, that is ")
            .version(older.version.get());
        panic!("{}", text.as_str());
    }
}

/// Checks that `own` is another event than those `before` it in a set.
///
/// # Panics
///
/// When it is not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_member(before: &[&Contract], own: &Contract) {
    if own.is_invalid() {
        return;
    }
    let mut at = 0;
    while at < before.len() {
        if same(before[at].name, own.name) {
            let text = Text::new()
                .add("two variants of this set take `")
                .add(own.name)
                .add("`: ")
                .version(before[at].version.get())
                .add(" and ")
                .version(own.version.get())
                .add("; keep the newest one, which reads the older versions through `upcast_from`");
            panic!("{}", text.as_str());
        }
        at += 1;
    }
}

/// Checks that a view names versions of one event, each once.
///
/// # Panics
///
/// When it does not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_same_event(first: &Contract, other: &Contract) {
    if first.is_invalid() || other.is_invalid() || same(first.name, other.name) {
        return;
    }
    let text = Text::new()
        .add("a view is of one event, and these are `")
        .add(first.name)
        .add("` and `")
        .add(other.name)
        .add("`; write a view for each");
    panic!("{}", text.as_str());
}

/// Checks a type against the contract that is written down for its version; `true` when there are warnings.
///
/// # Panics
///
/// When somebody who reads it would break, or when the type cannot read what it writes. Evaluated in a constant, so that
/// the compiler shows the text.
#[track_caller]
pub const fn check_contract(own: &Contract, committed: &Committed, readers: &[Reader]) -> bool {
    if own.is_invalid() {
        return false;
    }
    if matches!(committed.status, Status::Retired) {
        check_retired(committed.event, committed.version, readers);
        return false;
    }
    if is_unchanged(own, committed) {
        return false;
    }
    let report = compare(own, committed, readers);
    if !report.is_compatible() {
        let subject = Subject {
            readers,
            says_readers: true,
        };
        let text = title(committed).add(" is live, and this change breaks who reads it:\n");
        let text = report.only_breaking().write(text, &subject);
        panic!("{}", ways_out(text, own, committed).as_str());
    }
    report.warnings() > 0
}

/// By far the most common case, which needs no walk.
const fn is_unchanged(own: &Contract, committed: &Committed) -> bool {
    own.data.digest().equals(committed.data.digest())
        && committed.reserved.is_empty()
        && is_same(own.key, committed.key)
        && is_same(own.sequence, committed.sequence)
}

const fn is_same(new: Option<&str>, old: Option<&str>) -> bool {
    match (new, old) {
        (Some(new), Some(old)) => same(new, old),
        (None, None) => true,
        _ => false,
    }
}

const fn title(committed: &Committed) -> Text {
    Text::new()
        .add("`")
        .add(committed.event)
        .add("` ")
        .version(committed.version.get())
}

const fn ways_out(text: Text, own: &Contract, committed: &Committed) -> Text {
    let (name, version) = (own.data.name, committed.version.get());
    let text = text.add("\n\n  either take it back, or make it ").version(version + 1);
    let numbered = ends_with(name, Text::new().version_suffix(version).as_str());
    let text = if numbered {
        // It has its number already: the next one is another struct.
        text.add(": leave this struct as it was, and write `version = ")
            .number((version + 1) as u128)
            .add(", upcast_from = ")
            .add(name)
            .add("` above a new one")
    } else {
        text.add(": keep the struct as it was under the name `")
            .add(name)
            .version_suffix(version)
            .add("`, and write `version = ")
            .number((version + 1) as u128)
            .add(", upcast_from = ")
            .add(name)
            .version_suffix(version)
            .add("` here")
    };
    text.add("\n  the rule in brackets is explained by `cargo event contract explain <rule>`")
}

const fn ends_with(text: &str, end: &str) -> bool {
    let (text, end) = (text.as_bytes(), end.as_bytes());
    if end.len() > text.len() {
        return false;
    }
    let mut at = 0;
    while at < end.len() {
        if text[text.len() - end.len() + at] != end[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Checks that a type can read what it writes itself.
///
/// # Panics
///
/// When it cannot. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_shape(own: &Object) {
    let report = lint(own);
    if !report.is_compatible() {
        let subject = Subject {
            readers: &[],
            says_readers: false,
        };
        let text = Text::new()
            .add("`")
            .add(own.name)
            .add("` cannot be read as it is written:\n");
        panic!("{}", report.only_breaking().write(text, &subject).as_str());
    }
}

/// Checks that the upcasts of `own` reach every version in `live`, which are the older ones that are live.
///
/// # Panics
///
/// When one is not reached. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_reach(own: &Contract, live: &[u32]) {
    if own.is_invalid() {
        return;
    }
    let mut at = 0;
    while at < live.len() {
        let mut reached = false;
        let mut read = 0;
        while read < own.reads.len() {
            reached |= own.reads[read].get() == live[at];
            read += 1;
        }
        if !reached {
            let text = Text::new()
                .version(live[at])
                .add(" of `")
                .add(own.name)
                .add("` is live, and ")
                .version(own.version.get())
                .add(" does not read it: name the type of the version before this one, `upcast_from = ")
                .add(own.data.name)
                .version_suffix(live[at])
                .add("`, or retire it with `cargo event contract retire ")
                .add(own.name)
                .add(".")
                .version(live[at])
                .add("`");
            panic!("{}", text.as_str());
        }
        at += 1;
    }
}

/// Checks that nobody who is recorded reads a version that is retired.
///
/// # Panics
///
/// When somebody does. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_retired(event: &str, version: Version, readers: &[Reader]) {
    if readers.is_empty() {
        return;
    }
    let mut text = Text::new()
        .version(version.get())
        .add(" of `")
        .add(event)
        .add("` is retired, and is read by ");
    let mut at = 0;
    while at < readers.len() {
        if at > 0 {
            text = text.add(if at + 1 == readers.len() { " and " } else { ", " });
        }
        text = text.add(readers[at].consumer);
        at += 1;
    }
    let text = text.add("; make it `live` again until they have moved, then remove their files from `contracts/views`");
    panic!("{}", text.as_str());
}

/// Checks that `view` reads the bodies that `version` of `event` has, which is the one at `at` of those that it names.
///
/// # Panics
///
/// When it does not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_view(view: &Object, event: &str, version: Version, bodies: &[&Object], at: usize) {
    let report = compare_versions(view, bodies, at);
    if !report.is_compatible() {
        let subject = Subject {
            readers: &[],
            says_readers: false,
        };
        let text = Text::new()
            .add("the view `")
            .add(view.name)
            .add("` does not read ")
            .version(version.get())
            .add(" of `")
            .add(event)
            .add("` as its producer writes it:\n");
        panic!("{}", report.only_breaking().write(text, &subject).as_str());
    }
}

impl Contract {
    /// Whether a derive has put this in place of a contract with a mistake.
    #[must_use]
    pub const fn is_invalid(&self) -> bool {
        same(self.name, Self::INVALID.name)
    }
}

pub(crate) const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    at == left.len() && at == right.len()
}

pub(crate) const fn contains(names: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Schema as _, ShapeField as Field};

    const V2: Contract = Contract::new("order.placed", Version::new(2).unwrap(), "order.placed.v2");

    #[test]
    fn equal_names() {
        assert!(same("order", "order") && same("", ""));
        assert!(!same("order", "orders") && !same("orders", "order") && !same("a", "b"));
    }

    #[test]
    fn good_neighbours() {
        check_upcast("order.placed", 3, &V2);
        check_upcast("anything", 1, &Contract::INVALID);
        check_member(&[&V2], &Contract::new("order.paid", Version::FIRST, "order.paid.v1"));
    }

    #[test]
    #[should_panic = "this is `order.paid`, that is `order.placed`"]
    fn another_event() {
        check_upcast("order.paid", 3, &V2);
    }

    #[test]
    #[should_panic = "this is v2 of `order.placed`, that is v2"]
    fn not_older() {
        check_upcast("order.placed", 2, &V2);
    }

    const TOTAL: Object = Object::new("OrderPlaced", &[Field::new("total", <u32>::SHAPE)]);
    const NOTHING: Object = Object::new("OrderPlaced", &[]);
    const BILLING: Reader = Reader {
        consumer: "billing.charge",
        data: &TOTAL,
    };

    #[test]
    #[should_panic(expected = "\
`order.placed` v2 is live, and this change breaks who reads it:

  total: a field was removed that consumers read [field-removed]
      consumers that run today refuse new events, such as {}
      read by billing.charge

  either take it back, or make it v3: keep the struct as it was under the name `OrderPlacedV2`, and write `version = 3, \
                                upcast_from = OrderPlacedV2` here
  the rule in brackets is explained by `cargo event contract explain <rule>`")]
    fn a_break() {
        let own = V2.with_data(&NOTHING);
        check_contract(&own, &Committed::new("order.placed", own.version, &TOTAL), &[BILLING]);
    }

    #[test]
    #[should_panic = "leave this struct as it was, and write `version = 3, upcast_from = OrderPlacedV2` above a new one"]
    fn a_break_of_a_struct_with_a_number() {
        const NUMBERED: Object = Object::new("OrderPlacedV2", &[]);
        let own = V2.with_data(&NUMBERED);
        check_contract(&own, &Committed::new("order.placed", own.version, &TOTAL), &[]);
    }

    #[test]
    fn no_break() {
        let own = V2.with_data(&NOTHING);
        let committed = Committed::new("order.placed", own.version, &TOTAL);
        assert!(!check_contract(&own, &committed.with_status(Status::Draft), &[]));
        assert!(!check_contract(&own, &committed.with_status(Status::Retired), &[]));
        assert!(!check_contract(&V2.with_data(&TOTAL), &committed, &[BILLING]));
        check_view(&NOTHING, "order.placed", V2.version, &[&TOTAL], 0);
        check_shape(&TOTAL);
        check_reach(&V2, &[]);
    }

    #[test]
    #[should_panic = "v1 of `order.placed` is live, and v2 does not read it"]
    fn a_version_out_of_reach() {
        check_reach(&V2, &[1]);
    }

    #[test]
    #[should_panic = "v2 of `order.placed` is retired, and is read by billing.charge, a and b;"]
    fn retired_too_soon() {
        let reader = |consumer| Reader { consumer, ..BILLING };
        check_retired("order.placed", V2.version, &[BILLING, reader("a"), reader("b")]);
    }

    #[test]
    #[should_panic = "total: the event has no such field [field-unknown]"]
    fn a_view_of_nothing() {
        check_view(&TOTAL, "order.placed", V2.version, &[&NOTHING], 0);
    }

    #[test]
    #[should_panic = "`Noted` cannot be read as it is written"]
    fn cannot_read_itself() {
        check_shape(&Object::new(
            "Noted",
            &const { [Field::new("note", <String>::SHAPE).sometimes(true)] },
        ));
    }

    #[test]
    #[should_panic = "take `order.placed`: v2 and v10;"]
    fn twice() {
        let v10 = Contract::new("order.placed", Version::new(10).unwrap(), "order.placed.v10");
        check_member(&[&V2], &v10);
    }
}
