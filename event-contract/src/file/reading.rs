use super::grammar::leak;
use crate::shape::Field;
use crate::{Absent, Object, Shape, Variant, Written};

/// The same object with the usual writing for each field, so that only what is read makes a difference in its file.
pub(super) fn only(object: &'static Object) -> &'static Object {
    let fields: Vec<Field> = object.fields.iter().map(field).collect();
    leak(object.with_fields(fields.leak()))
}

fn field(field: &Field) -> Field {
    let shape = shape(&field.shape);
    let mut usual = Field::hashed(field.hash, field.name, shape);
    usual.absent = field.absent;
    usual.default = field.default;
    usual.reads = field.reads;
    usual.sensitive = field.sensitive;
    if matches!(shape, Shape::Optional(_)) || field.absent == Absent::Accepted {
        usual.written = Written::Sometimes;
    }
    usual
}

fn shape(whole: &Shape) -> Shape {
    match *whole {
        Shape::Optional(inner) => Shape::Optional(leak(shape(inner))),
        Shape::Nullable(inner) => Shape::Nullable(leak(shape(inner))),
        Shape::List(item) => Shape::List(leak(shape(item))),
        Shape::Set(item) => Shape::Set(leak(shape(item))),
        Shape::Array(item, length) => Shape::Array(leak(shape(item)), length),
        Shape::Map(key, value) => Shape::Map(leak(shape(key)), leak(shape(value))),
        Shape::Tuple(parts) => Shape::Tuple(parts.iter().map(shape).collect::<Vec<_>>().leak()),
        Shape::Object(object) => Shape::Object(only(object)),
        Shape::Choice(choice) => {
            let variants = choice.variants.iter().map(variant).collect::<Vec<_>>();
            Shape::Choice(leak(choice.with_variants(variants.leak())))
        }
        Shape::Any | Shape::Null | Shape::Bool | Shape::Integer(_) | Shape::Float(_) | Shape::Char | Shape::Text(_) => {
            *whole
        }
    }
}

fn variant(variant: &Variant) -> Variant {
    Variant {
        content: variant.content.as_ref().map(shape),
        never_written: false,
        ..*variant
    }
}
