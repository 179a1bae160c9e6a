use super::path::Segment;
use super::report::{Direction, Walk};
use super::rule::Rule;
use super::value::{reads, value};
use crate::check::{contains, same};
use crate::shape::{Absent, Field, Object, Shape, Unknown, Written};

/// What of an object is not read: one walk through fields that are sorted by the hash of their names.
pub(super) const fn object(walk: &mut Walk, reader: &Object, writer: &Object) {
    if reader.digest().equals(writer.digest()) && !walk.is(Direction::View) {
        return;
    }
    let (mut at_reader, mut at_writer) = (0, 0);
    while at_reader < reader.fields.len() || at_writer < writer.fields.len() {
        if at_writer == writer.fields.len()
            || at_reader < reader.fields.len() && reader.fields[at_reader].hash < writer.fields[at_writer].hash
        {
            only_read(walk, &reader.fields[at_reader], reader, writer);
            at_reader += 1;
        } else if at_reader == reader.fields.len() || reader.fields[at_reader].hash > writer.fields[at_writer].hash {
            only_written(walk, &writer.fields[at_writer], reader, writer);
            at_writer += 1;
        } else {
            pair(walk, &reader.fields[at_reader], &writer.fields[at_writer]);
            at_reader += 1;
            at_writer += 1;
        }
    }
    unknown(walk, reader, writer);
}

/// A field that the writer does not have under this name.
const fn only_read(walk: &mut Walk, field: &Field, reader: &Object, writer: &Object) {
    if written_under_another_name(field, writer) {
        return;
    }
    let segment = Segment::Field(field.name);
    if walk.is(Direction::Backward) && walk.is_reserved(segment) {
        walk.issue_at(segment, Rule::NameReserved, Some(field.shape), None, "");
        return;
    }
    if !is_read(field) {
        return;
    }
    match walk.direction {
        // A removal: said in the other direction, once.
        Direction::Forward => {}
        Direction::View => {
            walk.issue_at(segment, Rule::FieldUnknown, Some(field.shape), None, "");
            lost(walk, field);
        }
        Direction::Backward | Direction::Itself => {
            if is_required(field) && other_half(field, writer, reader).is_none() {
                walk.issue_at(segment, Rule::FieldRequired, Some(field.shape), None, "");
            }
        }
    }
}

/// A field that the reader does not have under this name.
const fn only_written(walk: &mut Walk, field: &Field, reader: &Object, writer: &Object) {
    let segment = Segment::Field(field.name);
    if let Some(alias) = reader_of(field, reader) {
        if walk.is(Direction::Backward) && !reads_name(field, alias.name) {
            // Consumers that run today do not know the new name.
            walk.issue_at(
                segment,
                Rule::FieldRenamed,
                Some(alias.shape),
                Some(field.shape),
                alias.name,
            );
            lost(walk, field);
        }
        pair(walk, alias, field);
        return;
    }
    let refused = matches!(reader.unknown, Unknown::Refused) && !is_never_written(field);
    match walk.direction {
        Direction::Backward if let Some(new) = prepared(field, reader, writer) => {
            // Consumers that run today know the new name, but events have the old one.
            walk.issue_at(
                segment,
                Rule::AliasRemoved,
                Some(new.shape),
                Some(field.shape),
                field.name,
            );
            lost(walk, new);
        }
        Direction::Backward => {
            match other_half(field, reader, writer) {
                Some(name) => walk.issue_at(segment, Rule::FieldRenamed, None, Some(field.shape), name),
                None => walk.issue_at(segment, Rule::FieldRemoved, None, Some(field.shape), ""),
            }
            lost(walk, field);
        }
        Direction::Forward if refused => walk.issue_at(segment, Rule::UnknownRefused, None, Some(field.shape), ""),
        Direction::Itself if refused => walk.issue_at(segment, Rule::NotReadBack, None, Some(field.shape), ""),
        _ => {}
    }
}

/// Consumers that run today take the absence of `field` for `None` or a default.
const fn lost(walk: &mut Walk, field: &Field) {
    if !is_required(field) {
        walk.silently();
    }
}

/// Whether a field reads what it writes itself.
pub(super) const fn itself(walk: &mut Walk, field: &Field) {
    walk.path.push(Segment::Field(field.name));
    facts(walk, field, field);
    walk.path.pop();
}

/// A field that both have.
const fn pair(walk: &mut Walk, reader: &Field, writer: &Field) {
    walk.path.push(Segment::Field(writer.name));
    if facts(walk, reader, writer) {
        // Whether `null` is read has been looked at, so what remains is the value.
        value(walk, non_null(&reader.shape), non_null(&writer.shape));
    }
    walk.path.pop();
}

/// Names, absence and `null`; `true` when the values are to be compared as well.
const fn facts(walk: &mut Walk, reader: &Field, writer: &Field) -> bool {
    let (reads, writes) = (Some(reader.shape), Some(writer.shape));
    if is_never_written(writer) {
        // What the old reader has and the new writer never sends is a removal.
        if walk.is(Direction::Forward) && !is_never_written(reader) {
            walk.issue(Rule::FieldRemoved, reads, writes, "");
            lost(walk, reader);
        } else if !walk.is(Direction::Forward) && is_required(reader) {
            walk.issue(missing(walk), reads, writes, "");
        }
        return false;
    }
    if !is_read(reader) {
        if walk.is(Direction::Backward) && is_read(writer) {
            walk.issue(Rule::FieldUnread, reads, writes, "");
            walk.silently();
        }
        return false;
    }
    let unread = name_not_read(reader, writer);
    if !unread.is_empty() {
        let rule = match walk.direction {
            Direction::Itself => Rule::NotReadBack,
            // Backward, the new reader does not read its own name any more: nothing is called differently.
            Direction::Forward | Direction::View if same(unread, writer.name) => Rule::FieldRenamed,
            _ => Rule::AliasRemoved,
        };
        walk.issue(rule, reads, writes, unread);
        return false;
    }
    if walk.is(Direction::Backward) {
        aliases(walk, reader, writer);
        defaults(walk, reader, writer);
        if walk.files {
            loosened(walk, reader, writer);
        }
    }
    let maybe_null = writer.null && writer.shape.accepts_null();
    if !matches!(writer.written, Written::Always) && is_required(reader) {
        walk.issue(Rule::AbsenceRefused, reads, writes, "");
    } else if maybe_null && !reader.shape.accepts_null() {
        walk.issue(Rule::NullRefused, reads, writes, "");
    } else if walk.is(Direction::Forward) && !maybe_null && none_is_default(reader, writer) {
        walk.issue(Rule::NoneBecomesDefault, reads, writes, "");
    }
    true
}

const fn non_null(shape: &Shape) -> &Shape {
    match shape {
        Shape::Optional(inner) | Shape::Nullable(inner) => inner,
        other => other,
    }
}

/// `None` is left out, and the reader puts its default there.
const fn none_is_default(reader: &Field, writer: &Field) -> bool {
    matches!(writer.shape, Shape::Optional(_))
        && reader.default.is_some()
        && !matches!(reader.shape, Shape::Optional(_) | Shape::Nullable(_))
}

const fn missing(walk: &Walk) -> Rule {
    if walk.is(Direction::Itself) {
        Rule::NotReadBack
    } else {
        Rule::FieldRequired
    }
}

const fn aliases(walk: &mut Walk, reader: &Field, writer: &Field) {
    let mut at = 0;
    while at < writer.reads.len() {
        let name = writer.reads[at];
        if !reads_name(reader, name) {
            walk.issue(Rule::AliasRemoved, Some(reader.shape), Some(writer.shape), name);
        }
        at += 1;
    }
}

const fn defaults(walk: &mut Walk, reader: &Field, writer: &Field) {
    if let (Some(new), Some(old)) = (absent_as(reader), absent_as(writer))
        && !same(new, old)
    {
        walk.issue(Rule::DefaultChanged, Some(reader.shape), Some(writer.shape), new);
    }
}

/// What stands for an absent field: the function of its default, or nothing for that of the type, which is `None` for an
/// `Option` anyhow.
const fn absent_as(field: &Field) -> Option<&'static str> {
    match (field.default, field.shape, field.absent) {
        (None, Shape::Optional(_), Absent::Accepted) => Some(""),
        (default, ..) => default,
    }
}

/// A contract file that accepts more than before, or says that less may be written.
const fn loosened(walk: &mut Walk, new: &Field, old: &Field) {
    let written = !matches!(old.written, Written::Always) && matches!(new.written, Written::Always);
    let absent = is_required(old) && !is_required(new);
    let null = old.null && !new.null;
    let mut names = false;
    let mut at = 0;
    while at < new.reads.len() {
        names |= !reads_name(old, new.reads[at]);
        at += 1;
    }
    if written || absent || null || names {
        walk.issue(Rule::ContractLoosened, Some(new.shape), Some(old.shape), "");
    }
}

const fn unknown(walk: &mut Walk, reader: &Object, writer: &Object) {
    if !matches!(reader.unknown, Unknown::Refused) {
        if walk.files && walk.is(Direction::Backward) && matches!(writer.unknown, Unknown::Refused) {
            walk.issue(Rule::ContractLoosened, None, None, "");
        }
        return;
    }
    match walk.direction {
        Direction::View => walk.issue(Rule::UnknownRefused, None, None, ""),
        _ if matches!(writer.unknown, Unknown::Kept) => {
            walk.issue(Rule::UnknownRefused, None, None, "");
        }
        Direction::Backward if !matches!(writer.unknown, Unknown::Refused) => {
            walk.issue(Rule::UnknownRefusedFromNowOn, None, None, "");
        }
        _ => {}
    }
}

const fn is_read(field: &Field) -> bool {
    !matches!(field.absent, Absent::Ignored)
}

const fn is_required(field: &Field) -> bool {
    matches!(field.absent, Absent::Refused)
}

const fn is_never_written(field: &Field) -> bool {
    matches!(field.written, Written::Never)
}

const fn reads_name(reader: &Field, name: &str) -> bool {
    if reader.reads.is_empty() {
        same(reader.name, name)
    } else {
        contains(reader.reads, name)
    }
}

/// A name that is written and not read; empty when there is none.
const fn name_not_read(reader: &Field, writer: &Field) -> &'static str {
    if writer.writes.is_empty() {
        return if reads_name(reader, writer.name) {
            ""
        } else {
            writer.name
        };
    }
    let mut at = 0;
    while at < writer.writes.len() {
        if !reads_name(reader, writer.writes[at]) {
            return writer.writes[at];
        }
        at += 1;
    }
    ""
}

/// The field of the reader that reads what `field` writes, under an alias.
const fn reader_of<'a>(field: &Field, reader: &'a Object) -> Option<&'a Field> {
    let mut at = 0;
    while at < reader.fields.len() {
        let candidate = &reader.fields[at];
        if !candidate.reads.is_empty() && contains(candidate.reads, field.name) {
            return Some(candidate);
        }
        at += 1;
    }
    None
}

/// The field of the reader under a name that `field` of the writer was ready to read.
const fn prepared<'a>(field: &Field, reader: &'a Object, writer: &Object) -> Option<&'a Field> {
    let mut at = 0;
    while at < field.reads.len() {
        let name = field.reads[at];
        if !same(name, field.name) && by_name(writer, name).is_none() {
            let found = by_name(reader, name);
            if found.is_some() {
                return found;
            }
        }
        at += 1;
    }
    None
}

const fn written_under_another_name(field: &Field, writer: &Object) -> bool {
    let mut at = 0;
    while at < field.reads.len() {
        if by_name(writer, field.reads[at]).is_some() {
            return true;
        }
        at += 1;
    }
    false
}

const fn by_name<'a>(object: &'a Object, name: &str) -> Option<&'a Field> {
    let mut at = 0;
    while at < object.fields.len() {
        if same(object.fields[at].name, name) {
            return Some(&object.fields[at]);
        }
        at += 1;
    }
    None
}

/// A field of `there` that `here` lacks, of the same type as `field`, which `there` lacks.
///
/// Only one of each: with several, nobody knows which became which.
const fn other_half(field: &Field, there: &Object, here: &Object) -> Option<&'static str> {
    if count_like(field, here, there) != 1 {
        return None;
    }
    let mut found = None;
    let mut at = 0;
    while at < there.fields.len() {
        let candidate = &there.fields[at];
        if by_name(here, candidate.name).is_none() && alike(candidate, field) {
            if found.is_some() {
                return None;
            }
            found = Some(candidate.name);
        }
        at += 1;
    }
    found
}

/// How many fields of `here` are like `field` and not in `there`.
const fn count_like(field: &Field, here: &Object, there: &Object) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < here.fields.len() {
        let candidate = &here.fields[at];
        if by_name(there, candidate.name).is_none() && alike(candidate, field) {
            count += 1;
        }
        at += 1;
    }
    count
}

const fn alike(one: &Field, other: &Field) -> bool {
    reads(&one.shape, &other.shape) && reads(&other.shape, &one.shape)
}
