//! How a form is recorded when it is new to a contract.

use super::grammar::leak;
use crate::shape::Field;
use crate::{Absent, Object, Shape, Variant, Written};

/// An object that no earlier event had. `known` may have a form for a type already.
pub(super) fn object(whole: &Object, known: &dyn Fn(&Shape) -> Option<Shape>) -> &'static Object {
    let fields: Vec<Field> = whole.fields.iter().map(|own| field(own, known)).collect();
    leak(whole.with_fields(fields.leak()))
}

/// A field as it is, where nothing was before it.
///
/// That its absence is accepted, by an `Option` or a `default`, is taken as the author's word that it may be absent.
pub(super) fn field(own: &Field, known: &dyn Fn(&Shape) -> Option<Shape>) -> Field {
    let mut field = *own;
    field.shape = shape(&own.shape, known);
    field.writes = sorted(own.writes.to_vec(), own.name);
    field.reads = sorted(own.reads.to_vec(), own.name);
    field.default = default(&field.shape, own.absent, own.default);
    if field.absent == Absent::Accepted && field.written == Written::Always {
        field.written = Written::Sometimes;
    }
    field
}

/// The default of an absent field, where it is none that the type has anyway.
pub(super) fn default(shape: &Shape, absent: Absent, default: Option<&'static str>) -> Option<&'static str> {
    let is_plain = matches!(shape, Shape::Optional(_)) && default == Some("");
    default.filter(|_| absent == Absent::Accepted && !is_plain)
}

/// Names as files keep them: in order, and none when there is just the own one.
pub(super) fn sorted(mut names: Vec<&'static str>, own: &str) -> &'static [&'static str] {
    names.sort_unstable();
    names.dedup();
    if names == [own] { &[] } else { names.leak() }
}

pub(super) fn shape(own: &Shape, known: &dyn Fn(&Shape) -> Option<Shape>) -> Shape {
    if let Some(known) = known(own) {
        return known;
    }
    let inner = |inner: &Shape| leak(shape(inner, known));
    match *own {
        Shape::Optional(value) => Shape::Optional(inner(value)),
        Shape::Nullable(value) => Shape::Nullable(inner(value)),
        Shape::List(item) => Shape::List(inner(item)),
        Shape::Set(item) => Shape::Set(inner(item)),
        Shape::Array(item, length) => Shape::Array(inner(item), length),
        Shape::Map(key, value) => Shape::Map(inner(key), inner(value)),
        Shape::Tuple(parts) => Shape::Tuple(parts.iter().map(|part| shape(part, known)).collect::<Vec<_>>().leak()),
        Shape::Object(whole) => Shape::Object(object(whole, known)),
        Shape::Choice(choice) => {
            let variants = choice
                .variants
                .iter()
                .map(|own| variant(own, known))
                .collect::<Vec<_>>();
            Shape::Choice(leak(choice.with_variants(variants.leak())))
        }
        Shape::Any | Shape::Null | Shape::Bool | Shape::Integer(_) | Shape::Float(_) | Shape::Char | Shape::Text(_) => {
            *own
        }
    }
}

/// A variant as it is.
pub(super) fn variant(own: &Variant, known: &dyn Fn(&Shape) -> Option<Shape>) -> Variant {
    Variant {
        content: own.content.as_ref().map(|content| shape(content, known)),
        reads: sorted(own.reads.to_vec(), own.name),
        ..*own
    }
}
