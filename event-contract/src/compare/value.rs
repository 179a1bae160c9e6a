use super::path::Segment;
use super::report::{Direction, Walk};
use super::rule::Rule;
use super::{choice, object};
use crate::check::same;
use crate::{Float, Integer, Shape};

/// What of `writer` is not read by `reader`.
pub(super) const fn value(walk: &mut Walk, reader: &Shape, writer: &Shape) {
    match (reader, writer) {
        (Shape::Any, _) | (Shape::Null, Shape::Null) | (Shape::Bool, Shape::Bool) | (Shape::Char, Shape::Char) => {}
        (Shape::Optional(inner) | Shape::Nullable(inner), Shape::Optional(written) | Shape::Nullable(written)) => {
            value(walk, inner, written);
        }
        (Shape::Optional(_) | Shape::Nullable(_), Shape::Null) => {}
        (Shape::Optional(inner) | Shape::Nullable(inner), _) => value(walk, inner, writer),
        (_, Shape::Optional(written) | Shape::Nullable(written)) => {
            if !reader.accepts_null() {
                walk.issue(Rule::NullRefused, Some(*reader), Some(*writer), "");
            }
            value(walk, reader, written);
        }
        (Shape::Integer(reads), Shape::Integer(writes)) => {
            if !reads.holds(*writes) {
                walk.issue(Rule::NumberChanged, Some(*reader), Some(*writer), "");
            }
        }
        (Shape::Float(reads), Shape::Float(writes)) => {
            if matches!((reads, writes), (Float::F32, Float::F64)) {
                walk.issue(Rule::NumberChanged, Some(*reader), Some(*writer), "");
                walk.silently();
            }
        }
        (Shape::Float(reads), Shape::Integer(writes)) => {
            if !exact(*reads, *writes) {
                walk.issue(Rule::NumberChanged, Some(*reader), Some(*writer), "");
                walk.silently();
            }
        }
        (Shape::Text(reads), Shape::Text(writes)) => {
            if !reads_form(reads, writes) {
                walk.issue(Rule::FormChanged, Some(*reader), Some(*writer), "");
            }
        }
        (Shape::Text(form), Shape::Char) if same(form, "string") => {}
        // Decimals are written as texts and read from numbers as well.
        (Shape::Text(form), Shape::Float(_) | Shape::Integer(_)) if same(form, "decimal") => {}
        (Shape::Text(form), Shape::Choice(choice)) if same(form, "string") && choice::is_text(choice) => {}
        (Shape::List(item) | Shape::Set(item), Shape::Set(written) | Shape::Array(written, _)) => {
            inside(walk, Segment::Item, item, written);
        }
        (Shape::List(item), Shape::List(written)) => inside(walk, Segment::Item, item, written),
        (Shape::Set(item), Shape::List(written)) => {
            walk.issue(Rule::RepeatsDropped, Some(*reader), Some(*writer), "");
            inside(walk, Segment::Item, item, written);
        }
        (Shape::Array(item, reads), Shape::Array(written, writes)) => {
            if *reads != *writes {
                walk.issue(Rule::LengthChanged, Some(*reader), Some(*writer), "");
            }
            inside(walk, Segment::Item, item, written);
        }
        (Shape::Array(item, _), Shape::List(written) | Shape::Set(written)) => {
            walk.issue(Rule::LengthChanged, Some(*reader), Some(*writer), "");
            inside(walk, Segment::Item, item, written);
        }
        (Shape::Tuple(parts), Shape::Tuple(written)) => tuple(walk, reader, writer, parts, written),
        (Shape::Array(item, length), Shape::Tuple(written)) => {
            if *length != written.len() {
                walk.issue(Rule::LengthChanged, Some(*reader), Some(*writer), "");
            }
            each_part(walk, item, written);
        }
        (Shape::List(item), Shape::Tuple(written)) => each_part(walk, item, written),
        (Shape::Tuple(parts), Shape::Array(written, length)) => {
            if parts.len() != *length {
                walk.issue(Rule::LengthChanged, Some(*reader), Some(*writer), "");
            }
            let mut at = 0;
            while at < parts.len() {
                inside(walk, Segment::Part(at), &parts[at], written);
                at += 1;
            }
        }
        (Shape::Tuple(_), Shape::List(_) | Shape::Set(_)) => {
            walk.issue(Rule::LengthChanged, Some(*reader), Some(*writer), "");
        }
        (Shape::Map(key, item), Shape::Map(written_key, written)) => {
            // A key is a text on the wire, whatever it was.
            if !matches!(key, Shape::Text(form) if same(form, "string")) {
                inside(walk, Segment::Key, key, written_key);
            }
            inside(walk, Segment::Value, item, written);
        }
        (Shape::Object(reads), Shape::Object(writes)) => object::object(walk, reads, writes),
        (Shape::Choice(reads), Shape::Choice(writes)) => choice::choice(walk, reads, writes),
        _ => walk.issue(Rule::TypeChanged, Some(*reader), Some(*writer), ""),
    }
}

/// Whether everything that `writer` writes is read as it is.
pub(super) const fn reads(reader: &Shape, writer: &Shape) -> bool {
    let mut walk = Walk::new(Direction::Itself);
    value(&mut walk, reader, writer);
    walk.report.is_clean()
}

const fn inside(walk: &mut Walk, segment: Segment, reader: &Shape, writer: &Shape) {
    walk.path.push(segment);
    value(walk, reader, writer);
    walk.path.pop();
}

const fn tuple(walk: &mut Walk, reader: &Shape, writer: &Shape, parts: &[Shape], written: &[Shape]) {
    if parts.len() != written.len() {
        walk.issue(Rule::LengthChanged, Some(*reader), Some(*writer), "");
    }
    let mut at = 0;
    while at < parts.len() && at < written.len() {
        inside(walk, Segment::Part(at), &parts[at], &written[at]);
        at += 1;
    }
}

const fn each_part(walk: &mut Walk, reader: &Shape, written: &[Shape]) {
    let mut at = 0;
    while at < written.len() {
        inside(walk, Segment::Part(at), reader, &written[at]);
        at += 1;
    }
}

/// Whether a float holds every value of the range: 24 bits and 53 bits.
const fn exact(float: Float, integer: Integer) -> bool {
    let (min, max) = integer.range();
    let bound: u128 = match float {
        Float::F32 => 1 << 24,
        Float::F64 => 1 << 53,
    };
    max <= bound && min.unsigned_abs() <= bound
}

const fn reads_form(reader: &str, writer: &str) -> bool {
    same(reader, writer)
        || same(reader, "string")
        || same(reader, "ip") && (same(writer, "ipv4") || same(writer, "ipv6"))
}
