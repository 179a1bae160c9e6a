use super::object::object;
use super::path::Segment;
use super::report::{Direction, Walk};
use super::rule::Rule;
use super::value::{reads, value};
use crate::check::{contains, same};
use crate::shape::{Choice, Object, Shape, Tagging, Variant};

/// What of a choice is not read.
pub(super) const fn choice(walk: &mut Walk, reader: &Choice, writer: &Choice) {
    if reader.digest().equals(writer.digest()) && !walk.is(Direction::View) {
        return;
    }
    if !same_tagging(reader.tagging, writer.tagging) {
        walk.issue(Rule::TaggingChanged, None, None, "");
        return;
    }
    let mut at = 0;
    while at < writer.variants.len() {
        let written = &writer.variants[at];
        if !written.never_written {
            match reader_of(written, reader) {
                Some(read) => pair(walk, read, written, writer.tagging),
                None => missing(walk, written, reader, writer),
            }
        }
        at += 1;
    }
    catch_all(walk, reader, writer);
}

/// Whether it is a plain text on the wire.
pub(super) const fn is_text(choice: &Choice) -> bool {
    matches!(choice.tagging, Tagging::External) && choice.is_plain()
}

/// A variant that is written and that the reader has not.
const fn missing(walk: &mut Walk, variant: &Variant, reader: &Choice, writer: &Choice) {
    let segment = Segment::Variant(variant.name, writer.tagging);
    let caught = catches(reader, variant);
    match walk.direction {
        Direction::Backward => match other_half(variant, reader, writer) {
            Some(name) => walk.issue_at(segment, Rule::VariantRenamed, None, variant.content, name),
            None => walk.issue_at(segment, Rule::VariantRemoved, None, variant.content, ""),
        },
        Direction::Forward if walk.is_reserved(segment) => {
            walk.issue_at(segment, Rule::NameReserved, None, variant.content, "");
        }
        // A renamed one is said in the other direction.
        Direction::Forward if caught || reader.open || writer.open || other_half(variant, reader, writer).is_some() => {
        }
        Direction::Forward => walk.issue_at(segment, Rule::ChoiceWidened, None, variant.content, ""),
        Direction::View if caught => {}
        Direction::View => walk.issue_at(segment, Rule::CatchAllMissing, None, variant.content, ""),
        Direction::Itself => walk.issue_at(segment, Rule::NotReadBack, None, variant.content, ""),
    }
}

/// A variant that both have.
const fn pair(walk: &mut Walk, reader: &Variant, writer: &Variant, tagging: Tagging) {
    walk.path.push(Segment::Variant(writer.name, tagging));
    if walk.is(Direction::Backward) {
        if !same(reader.name, writer.name) && !reads_name(writer, reader.name) {
            // Consumers that run today do not know the new name.
            walk.issue(Rule::VariantRenamed, reader.content, writer.content, reader.name);
        }
        aliases(walk, reader, writer);
        if walk.files && reader.catch_all && !writer.catch_all {
            walk.issue(Rule::ContractLoosened, None, None, "");
        }
    }
    content(walk, reader.content, writer.content, tagging);
    walk.path.pop();
}

const fn content(walk: &mut Walk, reader: Option<Shape>, writer: Option<Shape>, tagging: Tagging) {
    match (&reader, &writer) {
        (None, None) => {}
        (Some(reads), Some(writes)) => value(walk, reads, writes),
        // Beside an internal tag, a variant without content is an object without fields.
        (None, Some(Shape::Object(writes))) if matches!(tagging, Tagging::Internal(_)) => {
            object(walk, &Object::EMPTY, writes);
        }
        (Some(Shape::Object(reads)), None) if matches!(tagging, Tagging::Internal(_)) => {
            object(walk, reads, &Object::EMPTY);
        }
        (None, Some(Shape::Null)) => {}
        (Some(Shape::Null), None) if matches!(tagging, Tagging::Internal(_)) => {}
        // An absent content is `None` for an `Option`, as an absent field is.
        (Some(Shape::Optional(_)), None) if matches!(tagging, Tagging::Adjacent(..)) => {}
        _ => walk.issue(Rule::VariantChanged, reader, writer, ""),
    }
}

const fn aliases(walk: &mut Walk, reader: &Variant, writer: &Variant) {
    let mut at = 0;
    while at < writer.reads.len() {
        if !reads_name(reader, writer.reads[at]) {
            walk.issue(Rule::AliasRemoved, None, None, writer.reads[at]);
        }
        at += 1;
    }
}

const fn catch_all(walk: &mut Walk, reader: &Choice, writer: &Choice) {
    let (has, had) = (catch_all_of(reader), catch_all_of(writer));
    match walk.direction {
        Direction::Backward if had && !has => walk.issue(Rule::CatchAllLost, None, None, ""),
        Direction::View if writer.open && !(has && (writer.is_plain() || is_internal(writer))) => {
            walk.issue(Rule::CatchAllMissing, None, None, "");
        }
        _ => {}
    }
}

const fn is_internal(choice: &Choice) -> bool {
    matches!(choice.tagging, Tagging::Internal(_))
}

const fn catch_all_of(choice: &Choice) -> bool {
    let mut at = 0;
    while at < choice.variants.len() {
        if choice.variants[at].catch_all {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether the catch-all of `reader` takes the variant: with content only beside an internal tag.
const fn catches(reader: &Choice, variant: &Variant) -> bool {
    catch_all_of(reader) && (variant.content.is_none() || is_internal(reader))
}

const fn reads_name(reader: &Variant, name: &str) -> bool {
    !reader.never_read
        && if reader.reads.is_empty() {
            same(reader.name, name)
        } else {
            contains(reader.reads, name)
        }
}

const fn reader_of<'a>(written: &Variant, reader: &'a Choice) -> Option<&'a Variant> {
    let mut at = 0;
    while at < reader.variants.len() {
        if reads_name(&reader.variants[at], written.name) {
            return Some(&reader.variants[at]);
        }
        at += 1;
    }
    None
}

/// The only variant of `there` that `here` lacks, when it holds what `variant` holds, the only one that `there` lacks.
const fn other_half(variant: &Variant, there: &Choice, here: &Choice) -> Option<&'static str> {
    match (lone(there, here), lone(here, there)) {
        (Some(other), Some(own)) if same(own.name, variant.name) && alike(other, variant) => Some(other.name),
        _ => None,
    }
}

/// The one variant of `choice` that `other` lacks.
const fn lone<'a>(choice: &'a Choice, other: &Choice) -> Option<&'a Variant> {
    let mut found = None;
    let mut at = 0;
    while at < choice.variants.len() {
        if !has(other, choice.variants[at].name) {
            if found.is_some() {
                return None;
            }
            found = Some(&choice.variants[at]);
        }
        at += 1;
    }
    found
}

const fn has(choice: &Choice, name: &str) -> bool {
    let mut at = 0;
    while at < choice.variants.len() {
        if same(choice.variants[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn alike(one: &Variant, other: &Variant) -> bool {
    match (&one.content, &other.content) {
        (None, None) => true,
        (Some(one), Some(other)) => reads(one, other) && reads(other, one),
        _ => false,
    }
}

const fn same_tagging(one: Tagging, other: Tagging) -> bool {
    match (one, other) {
        (Tagging::External, Tagging::External) => true,
        (Tagging::Internal(one), Tagging::Internal(other)) => same(one, other),
        (Tagging::Adjacent(one, one_content), Tagging::Adjacent(other, other_content)) => {
            same(one, other) && same(one_content, other_content)
        }
        _ => false,
    }
}
