use event_contract::compare::can_be_flattened;
use event_contract::{Field, Object, Shape, Unknown};

/// The fields that `#[serde(flatten)]` brings along; a map has none of its own.
///
/// # Panics
///
/// When evaluated by the compiler: for what reads too much to be promised.
#[must_use]
#[track_caller]
pub const fn flat(shape: Shape) -> &'static [Field] {
    match shape {
        Shape::Object(object) if !can_be_flattened(object) => panic!(
            "serde reads neither maps with numbers as keys nor 128-bit numbers through `flatten`: give the struct a field of \
             its own, or use texts as keys and smaller numbers"
        ),
        Shape::Object(object) => object.fields,
        Shape::Map(Shape::Text(_), Shape::Any) => &[],
        Shape::Map(..) => panic!(
            "a flattened map takes every unknown field, of any type: make it a `BTreeMap<String, serde_json::Value>`"
        ),
        Shape::Optional(_) | Shape::Nullable(_) => panic!(
            "a flattened `Option` turns every mistake inside it into `None`: flatten the struct, and make its fields optional"
        ),
        Shape::Choice(_) => {
            panic!("a flattened enum makes the fields depend on each other: give the enum a field of its own")
        }
        _ => panic!("only a struct can be flattened, or a map of `serde_json::Value`: remove `flatten`"),
    }
}

/// How many fields an object has that has `own` and those.
#[must_use]
pub const fn count(own: usize, inner: &[&[Field]]) -> usize {
    let mut count = own;
    let mut at = 0;
    while at < inner.len() {
        count += inner[at].len();
        at += 1;
    }
    count
}

/// What becomes of other keys when these are flattened.
#[must_use]
pub const fn unknown(refused: bool, inner: &[Shape]) -> Unknown {
    let mut at = 0;
    while at < inner.len() {
        if let Shape::Map(..)
        | Shape::Object(Object {
            unknown: Unknown::Kept, ..
        }) = inner[at]
        {
            return Unknown::Kept;
        }
        at += 1;
    }
    if refused { Unknown::Refused } else { Unknown::Ignored }
}

/// What a variant with one field holds, in an enum that writes its tag beside it.
///
/// # Panics
///
/// When evaluated by the compiler: for what has no place for a tag.
#[must_use]
#[track_caller]
pub const fn beside_tag(shape: Shape) -> Shape {
    match shape {
        Shape::Object(_) | Shape::Map(..) | Shape::Choice(_) | Shape::Null | Shape::Any => shape,
        _ => panic!(
            "there is no place for a tag beside this: hold a struct, or add `content = \"..\"` to the enum's `tag`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Field] = &[Field::new("a", Shape::Bool)];
    const INNER: Shape = Shape::Object(&Object::new("Inner", FIELDS));
    const REST: Shape = Shape::Map(&Shape::STRING, &Shape::Any);

    #[test]
    fn structs_and_maps_of_anything_are_flattened() {
        assert_eq!(flat(INNER), FIELDS);
        assert_eq!(flat(REST), []);
        assert_eq!(count(2, &[FIELDS, &[], FIELDS]), 4);
        assert_eq!(unknown(true, &[INNER]), Unknown::Refused);
        assert_eq!(unknown(false, &[INNER]), Unknown::Ignored);
        assert_eq!(unknown(false, &[INNER, REST]), Unknown::Kept);
    }

    #[test]
    #[should_panic = "turns every mistake inside it into `None`"]
    fn options_are_not() {
        let _ = flat(Shape::Optional(&INNER));
    }

    #[test]
    #[should_panic = "128-bit numbers through `flatten`"]
    fn large_numbers_are_not_flattened() {
        const LARGE: &[Field] = &[Field::new("a", <Vec<u128> as event_contract::Schema>::SHAPE)];
        const OBJECT: Shape = Shape::Object(&Object::new("Inner", LARGE));
        let _ = flat(OBJECT);
    }

    #[test]
    #[should_panic = "no place for a tag"]
    fn texts_have_no_tag() {
        let _ = beside_tag(Shape::STRING);
    }
}
