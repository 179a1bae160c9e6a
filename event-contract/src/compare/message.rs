use super::path::{Path, Segment};
use super::readers;
use super::report::{Direction, Issue, Report};
use super::rule::{Level, Rule};
use crate::Reader;
use crate::check::same;
use crate::text::Text;

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) readers: &'a [Reader],
    /// Say who reads what is removed.
    pub(crate) says_readers: bool,
}

impl Report {
    /// One paragraph per place and rule, as the compiler shows it.
    #[must_use]
    pub fn text(&self, readers: &[Reader]) -> String {
        let subject = Subject {
            readers,
            says_readers: true,
        };
        self.write(Text::new(), &subject).as_str().to_owned()
    }

    pub(crate) const fn write(&self, mut text: Text, subject: &Subject<'_>) -> Text {
        let issues = self.issues();
        let mut at = 0;
        while at < issues.len() {
            if !said_before(issues, at) {
                text = head(text, &issues[at]);
                let mut other = at;
                while other < issues.len() {
                    if alike(&issues[at], &issues[other]) {
                        text = consequence(text, &issues[other]);
                    }
                    other += 1;
                }
                if subject.says_readers && is_removal(issues[at].rule) {
                    text = text.add("\n      read by ");
                    text = readers::write(text, subject.readers, &issues[at].path);
                }
            }
            at += 1;
        }
        if self.more() > 0 {
            text = text.add("\n  and ").number(self.more() as u128).add(" more");
        }
        text
    }
}

const fn is_removal(rule: Rule) -> bool {
    matches!(rule, Rule::FieldRemoved | Rule::FieldRenamed)
}

const fn said_before(issues: &[Issue], at: usize) -> bool {
    let mut before = 0;
    while before < at {
        if alike(&issues[before], &issues[at]) {
            return true;
        }
        before += 1;
    }
    false
}

const fn alike(one: &Issue, other: &Issue) -> bool {
    one.rule as u8 == other.rule as u8 && one.path.is(&other.path) && same(one.other, other.other)
}

/// `lines[].qty: the range of a number was changed, u32 is now i64 [number-changed]`
const fn head(text: Text, issue: &Issue) -> Text {
    let text = issue.path.write(text.add("\n  ")).add(": ").add(what(issue));
    let text = match (issue.rule, &issue.reader, &issue.writer) {
        (
            Rule::TypeChanged
            | Rule::NumberChanged
            | Rule::FormChanged
            | Rule::LengthChanged
            | Rule::RepeatsDropped
            | Rule::VariantChanged,
            Some(reader),
            Some(writer),
        ) => match issue.direction {
            Direction::Forward => text.add(", ").shape(reader).add(" is now ").shape(writer),
            Direction::Backward => text.add(", ").shape(writer).add(" is now ").shape(reader),
            Direction::View => text
                .add(": the event has ")
                .shape(writer)
                .add(", the view reads ")
                .shape(reader),
            Direction::Itself => text,
        },
        (Rule::FieldRenamed | Rule::VariantRenamed, ..) => text.add("; it looks like `").add(issue.other).add("` now"),
        (Rule::AliasRemoved | Rule::ReservedRemoved, ..) => text.add(": `").add(issue.other).add("`"),
        (Rule::KeyChanged | Rule::SequenceChanged, ..) if !issue.other.is_empty() => {
            text.add(" to `").add(issue.other).add("`")
        }
        _ => text,
    };
    text.add(" [").add(issue.rule.id()).add("]")
}

const fn what(issue: &Issue) -> &'static str {
    match (issue.rule, issue.direction) {
        (Rule::TypeChanged | Rule::NumberChanged | Rule::FormChanged | Rule::LengthChanged, Direction::View) => {
            "another type"
        }
        (Rule::AbsenceRefused, Direction::View) => "the event may lack it; make it an `Option` or give it a `default`",
        (Rule::NullRefused, Direction::View) => "the event may have `null` there; make it an `Option`",
        (Rule::UnknownRefused, Direction::View) => {
            "the producer may add fields at any time; remove `deny_unknown_fields`"
        }
        (Rule::CatchAllMissing, Direction::View) if issue.path.is_choice() => {
            "the producer may add variants at any time; add a unit variant with `#[serde(other)]`"
        }
        (Rule::CatchAllMissing, Direction::View) => {
            "the view lacks this variant; add it, or a unit variant with `#[serde(other)]`"
        }
        (Rule::AbsenceRefused, Direction::Itself) => {
            "it may be left out, and is required when read; add `#[serde(default)]`"
        }
        (rule, _) => rule.summary(),
    }
}

impl Path {
    /// Whether it ends before a variant: the choice itself is meant.
    pub(super) const fn is_choice(&self) -> bool {
        !matches!(self.segments(), [.., Segment::Variant(..)])
    }
}

const fn consequence(text: Text, issue: &Issue) -> Text {
    let who = match (issue.rule, issue.direction) {
        (Rule::FieldRemoved | Rule::FieldRenamed, Direction::Backward | Direction::Forward) if issue.silent => {
            return text.add("\n      consumers that run today find nothing there, and do not notice");
        }
        (Rule::NumberChanged, Direction::Forward) if issue.silent => {
            return text.add("\n      consumers that run today read rounded numbers, and do not notice");
        }
        (Rule::NumberChanged, Direction::Backward) if issue.silent => {
            return text.add("\n      numbers of events from before this change are rounded without an error");
        }
        (Rule::AliasRemoved, _) if issue.silent => {
            return text.add("\n      what events hold there is lost without an error");
        }
        (Rule::FieldUnread, _) => return text.add("\n      what events hold there is lost without an error"),
        (
            Rule::DefaultChanged
            | Rule::NoneBecomesDefault
            | Rule::UnknownRefusedFromNowOn
            | Rule::CatchAllLost
            | Rule::KeyChanged
            | Rule::SequenceChanged
            | Rule::NameReserved
            | Rule::FieldUnknown
            | Rule::ContractLoosened
            | Rule::ReservedRemoved
            | Rule::StatusChanged
            | Rule::RepeatsDropped
            | Rule::MapKey
            | Rule::Buffered
            | Rule::TagTwice,
            _,
        )
        | (_, Direction::View) => return text,
        (Rule::FieldRemoved | Rule::FieldRenamed | Rule::VariantRenamed, _) | (_, Direction::Forward) => {
            "consumers that run today refuse new events"
        }
        (_, Direction::Backward) => "events from before this change are refused",
        (_, Direction::Itself) => "it refuses its own events",
    };
    let witness = issue.write_witness(Text::new());
    let text = text.add("\n      ").add(who);
    if witness.is_empty() {
        text
    } else {
        text.add(", such as ").add(witness.as_str())
    }
}

impl core::fmt::Display for Issue {
    /// One line: where, what and the rule.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(head(Text::new(), self).as_str().trim_start())
    }
}

impl Issue {
    /// Whether it breaks somebody.
    #[must_use]
    pub const fn is_breaking(&self) -> bool {
        matches!(self.rule.level(), Level::Breaking)
    }

    /// Who notices, and how; empty when that is plain.
    #[must_use]
    pub fn consequence(&self) -> String {
        consequence(Text::new(), self).as_str().trim_start().to_owned()
    }
}
