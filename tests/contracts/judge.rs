//! Judges a pair of types twice: by the rules, through a contract file, and by serde, which writes with the one and reads
//! with the other.

use super::samples::samples;
use event_contract::compare::{Direction, Level, Report, Rule, compare, compare_versions, lint};
use event_contract::file::{accept, parse, write};
use event_contract::{Contract, Object, Schema, Shape, ShapeField, Status, Version};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the rules say of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Compatible.
    C,
    /// A warning.
    W,
    /// Breaking.
    B,
    /// Compatible because the enum says that more variants may come.
    Open,
    /// Breaking although serde has nothing against it: it is silent about what is gone.
    Policy,
}

/// What serde says of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// Everything is read as it was written.
    Ok,
    /// Nothing is read.
    Fail,
    /// Something is refused.
    Some,
    /// Everything is read, and something is read as another value.
    Lost,
}

/// Both sides stand in a field, so that anything can be a side.
#[derive(Serialize, Deserialize)]
struct Holder<T> {
    value: T,
}

/// One type of a pair.
pub(crate) struct Side {
    data: &'static Object,
    written: Vec<String>,
    /// Reads a text, and writes again what it has read.
    read: fn(&str) -> Result<String, String>,
}

impl Side {
    pub(crate) fn of<T: Schema + Serialize + DeserializeOwned>() -> Self {
        let read = |text: &str| {
            let holder: Holder<T> = serde_json::from_str(text).map_err(|error| error.to_string())?;
            serde_json::to_string(&holder).map_err(|error| error.to_string())
        };
        let field = ShapeField::new("value", T::SHAPE);
        let data: &'static Object = Box::leak(Box::new(Object::new("Pair", vec![field].leak())));
        let mut written: Vec<String> = samples(&Shape::Object(data))
            .iter()
            .filter_map(|text| read(text).ok())
            .collect();
        written.sort();
        written.dedup();
        assert!(!written.is_empty(), "serde reads none of the samples of its shape");
        let side = Self { data, written, read };
        // That a type reads what it writes is a rule as well; `traps` holds those that do not.
        let (itself, notes) = side.reads(&side);
        assert!(
            itself == Reads::Ok || !lint(data).is_compatible(),
            "a missed trap: {notes:#?}"
        );
        side
    }

    pub(crate) fn contract(&self) -> Contract {
        Contract::new("pair", Version::FIRST, "pair.v1").with_data(self.data)
    }

    /// How it reads what another one writes.
    pub(crate) fn reads(&self, writer: &Self) -> (Reads, Vec<String>) {
        let mut notes = Vec::new();
        let (mut failed, mut changed) = (0, 0);
        for text in &writer.written {
            match (self.read)(text) {
                Err(error) => {
                    failed += 1;
                    notes.push(format!("{text}: {error}"));
                }
                Ok(again) => {
                    let [before, after] = [text, &again].map(|text| serde_json::from_str(text).unwrap());
                    if !is_kept(&before, &after) {
                        changed += 1;
                        notes.push(format!("{text} becomes {again}"));
                    }
                }
            }
        }
        let reads = match (failed, changed) {
            (0, 0) => Reads::Ok,
            (0, _) => Reads::Lost,
            (failed, _) if failed == writer.written.len() => Reads::Fail,
            _ => Reads::Some,
        };
        (reads, notes)
    }
}

/// Whether what both have is the same.
fn is_kept(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before
            .iter()
            .all(|(key, before)| after.get(key).is_none_or(|after| is_kept(before, after))),
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(before, after)| is_kept(before, after))
        }
        // A struct is read from an array, by position.
        (Value::Array(before), Value::Object(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after.values())
                    .all(|(before, after)| is_kept(before, after))
        }
        (Value::Number(before), Value::Number(after)) => exact(before) == exact(after),
        _ => before == after,
    }
}

/// The number as a whole one, or else as it is.
fn exact(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e30 => format!("{float:.0}"),
        _ => number.to_string(),
    }
}

/// Holds the verdict of the rules and that of serde against what is expected, and against each other.
#[track_caller]
pub(crate) fn judge(old: &Side, new: &Side, verdict: Verdict, rules: &[&str], back: Reads, forth: Reads) {
    let first = accept(None, &old.contract(), &[], Status::Live).unwrap_or_else(|refused| panic!("old: {refused}"));
    let file = write(&first.committed);
    let committed = parse(&file).unwrap_or_else(|error| panic!("{error}\n{file}"));
    let report = compare(&new.contract(), &committed, &[]);
    let found = match (report.breaking(), report.warnings()) {
        (0, 0) if verdict == Verdict::Open => Verdict::Open,
        (0, 0) => Verdict::C,
        (0, _) => Verdict::W,
        _ if verdict == Verdict::Policy => Verdict::Policy,
        _ => Verdict::B,
    };
    let mut ids: Vec<&str> = report.issues().iter().map(|issue| issue.rule.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    let ((found_back, backward), (found_forth, forward)) = (new.reads(old), old.reads(new));
    let seen = format!(
        "{found:?} {ids:?} {found_back:?} {found_forth:?}\n{}\nnew reads old: {backward:#?}\nold reads new: {forward:#?}\n{file}",
        report.text(&[])
    );
    assert_eq!(
        (verdict, rules, back, forth),
        (found, &ids[..], found_back, found_forth),
        "{seen}"
    );

    let refused = matches!(back, Reads::Fail | Reads::Some) || matches!(forth, Reads::Fail | Reads::Some);
    match verdict {
        Verdict::C => assert!(!refused, "a missed break: {seen}"),
        Verdict::Open => assert_eq!((back, forth), (Reads::Ok, Reads::Some), "nothing to say it for: {seen}"),
        Verdict::W => assert!(!matches!(back, Reads::Fail | Reads::Some), "a missed break: {seen}"),
        Verdict::B => assert!(refused || [back, forth].contains(&Reads::Lost), "a false alarm: {seen}"),
        Verdict::Policy => assert!(!refused, "serde refuses it, so it is more than policy: {seen}"),
    }
    witnesses(old, new, &report);
    let accepted = accept(Some(&committed), &new.contract(), &[], Status::Live);
    assert_eq!(
        accepted.is_ok(),
        matches!(verdict, Verdict::C | Verdict::Open | Verdict::W),
        "{seen}"
    );
}

/// What a report shows as refused is refused.
#[track_caller]
fn witnesses(old: &Side, new: &Side, report: &Report) {
    for issue in report
        .issues()
        .iter()
        .filter(|issue| issue.rule.level() == Level::Breaking)
    {
        let witness = issue.witness();
        let is_whole = serde_json::from_str::<Value>(&witness).is_ok();
        if !is_whole {
            continue;
        }
        let reader = match (issue.rule, issue.direction) {
            (Rule::FieldRemoved | Rule::FieldRenamed | Rule::VariantRenamed, _) | (_, Direction::Forward) => old,
            (_, Direction::Backward) => new,
            (_, Direction::View | Direction::Itself) => continue,
        };
        // A part of an event may lack other fields, but then that is what serde says too.
        assert!(
            (reader.read)(&witness).is_err(),
            "{}: {witness} is read",
            issue.rule.id()
        );
    }
}

/// Holds the rules of a view against serde: what the view reads of what a producer writes.
#[track_caller]
pub(crate) fn judge_view(producer: &Side, view: &Side, rules: &[&str], reads: Reads) {
    let first = accept(None, &producer.contract(), &[], Status::Live).unwrap_or_else(|refused| panic!("{refused}"));
    let committed = parse(&write(&first.committed)).unwrap();
    let report = compare_versions(view.data, &[committed.data], 0);
    let mut ids: Vec<&str> = report.issues().iter().map(|issue| issue.rule.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    let (found, notes) = view.reads(producer);
    assert_eq!((rules, reads), (&ids[..], found), "{}\n{notes:#?}", report.text(&[]));
    let refused = matches!(reads, Reads::Fail | Reads::Some);
    assert!(!refused || !report.is_compatible(), "a missed break: {notes:#?}");
}

/// Holds the rules of a view of several versions against serde: the rules that it breaks in each, and how it reads each.
#[track_caller]
pub(crate) fn judge_versions(producers: &[Side], view: &Side, expected: &[(&[&str], Reads)]) {
    let bodies: Vec<&Object> = producers.iter().map(|producer| producer.data).collect();
    let mut seen = Vec::new();
    for (at, producer) in producers.iter().enumerate() {
        let report = compare_versions(view.data, &bodies, at);
        let ids: Vec<&str> = report.issues().iter().map(|issue| issue.rule.id()).collect();
        let (reads, notes) = view.reads(producer);
        let refused = matches!(reads, Reads::Fail | Reads::Some);
        assert!(
            !refused || !report.is_compatible(),
            "a missed break in {at}: {notes:#?}"
        );
        seen.push((ids, reads, format!("{}\n{notes:#?}", report.text(&[]))));
    }
    let found: Vec<(&[&str], Reads)> = seen.iter().map(|(ids, reads, _)| (&ids[..], *reads)).collect();
    assert_eq!(expected, found, "{seen:#?}");
}

/// Takes versions of a type into one contract, one after the other, the last of which is refused when `refused`.
///
/// Everybody who was taken in reads what everybody wrote; and when the last one is refused, serde shows why.
#[track_caller]
pub(crate) fn judge_history(sides: &[Side], refused: bool) {
    let mut committed = None;
    for (at, side) in sides.iter().enumerate() {
        let accepted = accept(committed.as_ref(), &side.contract(), &[], Status::Live);
        let is_last = at + 1 == sides.len();
        match accepted {
            Ok(accepted) => {
                assert!(!(refused && is_last), "taken in\n{}", write(&accepted.committed));
                committed = Some(parse(&write(&accepted.committed)).unwrap());
            }
            Err(why) => assert!(refused && is_last, "version {at}: {why}"),
        }
    }
    let mut broken = Vec::new();
    for (reader_at, reader) in sides.iter().enumerate() {
        for (writer_at, writer) in sides.iter().enumerate() {
            let (reads, notes) = reader.reads(writer);
            if matches!(reads, Reads::Fail | Reads::Some) {
                broken.push((reader_at, writer_at, notes));
            }
        }
    }
    let last = sides.len() - 1;
    assert_eq!(!broken.is_empty(), refused, "{broken:#?}");
    let neighbours = |(reader, writer, _): &(usize, usize, Vec<String>)| reader.abs_diff(*writer) < 2;
    assert!(!broken.iter().any(neighbours), "each step alone is fine: {broken:#?}");
    assert!(
        broken
            .iter()
            .all(|(reader, writer, _)| [*reader, *writer].contains(&last)),
        "{broken:#?}"
    );
}

/// Declares pairs: the verdict, the rules, whether the new type reads the old one's, and the old one the new one's.
macro_rules! pairs {
    ($($(#[doc = $doc:literal])* $name:ident: $verdict:ident [$($rule:literal),*] $back:ident $forth:ident
        { $($old:item)* } { $($new:item)* })*) => {
        $($(#[doc = $doc])*
        #[test]
        fn $name() {
            mod old {
                use crate::contracts::prelude::*;
                $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $old)*
                pub(super) fn side() -> Side {
                    Side::of::<T>()
                }
            }
            mod new {
                use crate::contracts::prelude::*;
                $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $new)*
                pub(super) fn side() -> Side {
                    Side::of::<T>()
                }
            }
            use crate::contracts::judge::{Reads, Verdict, judge};
            judge(&old::side(), &new::side(), Verdict::$verdict, &[$($rule),*], Reads::$back, Reads::$forth);
        })*
    };
}
pub(crate) use pairs;

/// Declares views: the rules that a view breaks, and how it reads the producer's events.
macro_rules! views {
    ($($(#[doc = $doc:literal])* $name:ident: [$($rule:literal),*] $reads:ident
        { $($producer:item)* } { $($view:item)* })*) => {
        $($(#[doc = $doc])*
        #[test]
        fn $name() {
            mod producer {
                use crate::contracts::prelude::*;
                $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $producer)*
                pub(super) fn side() -> Side {
                    Side::of::<T>()
                }
            }
            mod view {
                use crate::contracts::prelude::*;
                $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $view)*
                pub(super) fn side() -> Side {
                    Side::of::<T>()
                }
            }
            use crate::contracts::judge::{Reads, judge_view};
            judge_view(&producer::side(), &view::side(), &[$($rule),*], Reads::$reads);
        })*
    };
}
pub(crate) use views;

/// Declares views of several versions: the view, and each version with the rules that the view breaks and how it is read.
macro_rules! views_of_versions {
    ($($(#[doc = $doc:literal])* $name:ident: { $($view:item)* }
        $([$($rule:literal),*] $reads:ident { $($item:item)* })+)*) => {
        $($(#[doc = $doc])*
        #[test]
        fn $name() {
            use crate::contracts::judge::{Reads, judge_versions};
            mod view {
                use crate::contracts::prelude::*;
                $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $view)*
                pub(super) fn side() -> Side {
                    Side::of::<T>()
                }
            }
            let (mut producers, mut expected) = (Vec::new(), Vec::<(&[&str], Reads)>::new());
            $(producers.push({
                mod producer {
                    use crate::contracts::prelude::*;
                    $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $item)*
                    pub(super) fn side() -> Side {
                        Side::of::<T>()
                    }
                }
                producer::side()
            });
            expected.push((&[$($rule),*], Reads::$reads));)+
            judge_versions(&producers, &view::side(), &expected);
        })*
    };
}
pub(crate) use views_of_versions;

/// Declares histories of one type: `accepted`, or `refused` at the last step.
macro_rules! histories {
    ($($(#[doc = $doc:literal])* $name:ident: $refused:literal $({ $($item:item)* })+)*) => {
        $($(#[doc = $doc])*
        #[test]
        fn $name() {
            let mut sides = Vec::new();
            $(sides.push({
                mod version {
                    use crate::contracts::prelude::*;
                    $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $item)*
                    pub(super) fn side() -> Side {
                        Side::of::<T>()
                    }
                }
                version::side()
            });)+
            crate::contracts::judge::judge_history(&sides, $refused);
        })*
    };
}
pub(crate) use histories;
