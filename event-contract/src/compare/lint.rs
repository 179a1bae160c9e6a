use super::object;
use super::path::Segment;
use super::report::{Direction, Report, Walk};
use super::rule::Rule;
use crate::check::same;
use crate::shape::{Choice, Field, Object, Shape, Tagging, Written};

/// What a type gets wrong by itself: it does not read what it writes, or serde cannot.
///
/// ```
/// use event_contract::{ShapeField as Field, Object, Schema, compare::lint};
///
/// // `#[serde(skip_serializing_if = "..")]` without a `default`.
/// const NOTE: Object = Object::new("Noted", &[Field::new("note", <String>::SHAPE).sometimes(true)]);
/// assert_eq!(lint(&NOTE).issues()[0].rule.id(), "absence-refused");
/// ```
#[must_use]
pub const fn lint(data: &Object) -> Report {
    let mut walk = Walk::new(Direction::Itself);
    fields(&mut walk, data, false);
    walk.report
}

/// Whether serde reads these fields where they are flattened into another object: through a buffer, in which map keys are
/// no longer numbers and 128-bit numbers do not exist.
#[must_use]
pub const fn can_be_flattened(data: &Object) -> bool {
    let mut walk = Walk::new(Direction::Itself);
    fields(&mut walk, data, true);
    let mut at = 0;
    while at < walk.report.issues().len() {
        if matches!(walk.report.issues()[at].rule, Rule::Buffered) {
            return false;
        }
        at += 1;
    }
    true
}

/// `buffered`: serde reads it through a buffer, behind an internal tag or a `flatten`.
const fn fields(walk: &mut Walk, data: &Object, buffered: bool) {
    let mut at = 0;
    while at < data.fields.len() {
        let field = &data.fields[at];
        if is_rare(field) {
            object::itself(walk, field);
        }
        if is_worth_a_look(&field.shape) {
            walk.path.push(Segment::Field(field.name));
            shape(walk, &field.shape, buffered);
            walk.path.pop();
        }
        at += 1;
    }
}

/// Whether it may be that it does not read what it writes.
const fn is_rare(field: &Field) -> bool {
    !matches!(field.written, Written::Always) || !field.reads.is_empty()
}

/// Most fields are plain; passing over them at once keeps the compiler fast.
const fn is_worth_a_look(shape: &Shape) -> bool {
    !matches!(
        shape,
        Shape::Any | Shape::Null | Shape::Bool | Shape::Float(_) | Shape::Char | Shape::Text(_)
    )
}

const fn shape(walk: &mut Walk, of: &Shape, buffered: bool) {
    match of {
        Shape::Integer(integer) => {
            let (min, max) = integer.range();
            if buffered && (max > u64::MAX as u128 || min < i64::MIN as i128) {
                walk.issue(Rule::Buffered, None, Some(*of), "");
            }
        }
        Shape::Optional(inner) | Shape::Nullable(inner) => shape(walk, inner, buffered),
        Shape::List(item) | Shape::Set(item) | Shape::Array(item, _) => inside(walk, Segment::Item, item, buffered),
        Shape::Tuple(parts) => {
            let mut at = 0;
            while at < parts.len() {
                inside(walk, Segment::Part(at), &parts[at], buffered);
                at += 1;
            }
        }
        Shape::Map(key, value) => {
            if !is_key(key) {
                walk.issue(Rule::MapKey, None, Some(*of), "");
            } else if buffered && matches!(key, Shape::Integer(_) | Shape::Bool) {
                walk.issue(Rule::Buffered, None, Some(*of), "");
            }
            inside(walk, Segment::Value, value, buffered);
        }
        Shape::Object(object) => fields(walk, object, buffered),
        Shape::Choice(choice) => variants(walk, choice, buffered),
        _ => {}
    }
}

const fn inside(walk: &mut Walk, segment: Segment, of: &Shape, buffered: bool) {
    walk.path.push(segment);
    shape(walk, of, buffered);
    walk.path.pop();
}

const fn variants(walk: &mut Walk, choice: &Choice, buffered: bool) {
    let mut at = 0;
    while at < choice.variants.len() {
        let variant = &choice.variants[at];
        if variant.never_read && !variant.never_written {
            let segment = Segment::Variant(variant.name, choice.tagging);
            walk.issue_at(segment, Rule::NotReadBack, None, variant.content, "");
        }
        if let Some(content) = &variant.content {
            walk.path.push(Segment::Variant(variant.name, choice.tagging));
            if let Tagging::Internal(tag) = choice.tagging {
                tag_twice(walk, content.fields(), tag);
            }
            shape(
                walk,
                content,
                buffered || matches!(choice.tagging, Tagging::Internal(_)),
            );
            walk.path.pop();
        }
        at += 1;
    }
}

const fn tag_twice(walk: &mut Walk, fields: &[Field], tag: &str) {
    let mut at = 0;
    while at < fields.len() {
        if same(fields[at].name, tag) {
            walk.issue_at(
                Segment::Field(fields[at].name),
                Rule::TagTwice,
                None,
                Some(fields[at].shape),
                "",
            );
        }
        at += 1;
    }
}

const fn is_key(key: &Shape) -> bool {
    match key {
        Shape::Text(_) | Shape::Char | Shape::Integer(_) | Shape::Bool => true,
        Shape::Choice(choice) => super::choice::is_text(choice),
        _ => false,
    }
}
