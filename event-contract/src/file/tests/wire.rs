//! What serde_json writes and reads for a shape, said once more and independently of the rules.

use crate::shape::Field;
use crate::{Absent, Choice, Object, Shape, Tagging, Unknown, Variant, Written};
use serde_json::{Map, Value, json};

/// Why a value is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The only refusal that is announced by a warning alone.
    Variant,
    Other(String),
}

fn other<T>(text: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Other(text.into()))
}

/// Some value that a writer of the shape may write.
pub(super) fn write(rng: &mut fastrand::Rng, shape: &Shape) -> Value {
    match shape {
        Shape::Any | Shape::Null => Value::Null,
        Shape::Bool => json!(rng.bool()),
        Shape::Integer(integer) => {
            let (min, max) = integer.range();
            match rng.u32(..3) {
                0 => json!(i64::try_from(min).unwrap()),
                1 => json!(u64::try_from(max).unwrap()),
                _ => json!(1),
            }
        }
        Shape::Float(_) => json!(1.5),
        Shape::Char => json!("x"),
        Shape::Text("uuid") => json!("0199b3a6-2b9c-7d3e-8f00-6d1f3a5c7e9b"),
        Shape::Text(_) => json!("some text"),
        Shape::Optional(inner) | Shape::Nullable(inner) => {
            if rng.bool() {
                Value::Null
            } else {
                write(rng, inner)
            }
        }
        Shape::List(item) | Shape::Set(item) => (0..rng.usize(..3)).map(|_| write(rng, item)).collect(),
        Shape::Array(item, length) => (0..*length).map(|_| write(rng, item)).collect(),
        Shape::Tuple(parts) => parts.iter().map(|part| write(rng, part)).collect(),
        Shape::Map(_, value) => json!({ "key": write(rng, value) }),
        Shape::Object(object) => Value::Object(write_object(rng, object)),
        Shape::Choice(choice) => write_choice(rng, choice),
    }
}

fn write_object(rng: &mut fastrand::Rng, object: &Object) -> Map<String, Value> {
    let mut map = Map::new();
    for field in object.fields {
        let skipped = match field.written {
            Written::Always => false,
            Written::Sometimes => rng.bool(),
            Written::Never => true,
        };
        if skipped {
            continue;
        }
        let value = match (field.shape, field.null) {
            (Shape::Optional(inner) | Shape::Nullable(inner), false) => write(rng, inner),
            (shape, _) => write(rng, &shape),
        };
        map.insert(field.name.to_owned(), value);
    }
    map
}

fn write_choice(rng: &mut fastrand::Rng, choice: &Choice) -> Value {
    let written: Vec<&Variant> = choice
        .variants
        .iter()
        .filter(|variant| !variant.never_written)
        .collect();
    let variant = written[rng.usize(..written.len())];
    match (choice.tagging, &variant.content) {
        (Tagging::External, None) => json!(variant.name),
        (Tagging::External, Some(content)) => json!({ variant.name: write(rng, content) }),
        (Tagging::Internal(tag), content) => {
            let mut map = match content {
                Some(Shape::Object(object)) => write_object(rng, object),
                _ => Map::new(),
            };
            map.insert(tag.to_owned(), json!(variant.name));
            Value::Object(map)
        }
        (Tagging::Adjacent(tag, _), None) => json!({ tag: variant.name }),
        (Tagging::Adjacent(tag, key), Some(content)) => json!({ tag: variant.name, key: write(rng, content) }),
    }
}

/// Whether a reader of the shape takes the value.
pub(super) fn read(shape: &Shape, value: &Value) -> Result<(), Refusal> {
    match (shape, value) {
        (Shape::Any, _) | (Shape::Null, Value::Null) | (Shape::Bool, Value::Bool(_)) => Ok(()),
        (Shape::Optional(_) | Shape::Nullable(_), Value::Null) => Ok(()),
        (Shape::Optional(inner) | Shape::Nullable(inner), value) => read(inner, value),
        (Shape::Integer(integer), Value::Number(number)) => {
            let (min, max) = integer.range();
            let low = number.as_i64().is_some_and(|number| i128::from(number) < min);
            let high = number.as_u64().is_some_and(|number| u128::from(number) > max);
            if low || high || number.is_f64() {
                other(format!("{number}"))
            } else {
                Ok(())
            }
        }
        (Shape::Float(_), Value::Number(_)) => Ok(()),
        (Shape::Char, Value::String(text)) if text.chars().count() == 1 => Ok(()),
        (Shape::Text("uuid"), Value::String(text)) if text.len() == 36 => Ok(()),
        (Shape::Text("string"), Value::String(_)) => Ok(()),
        (Shape::List(item) | Shape::Set(item), Value::Array(items)) => {
            items.iter().try_for_each(|value| read(item, value))
        }
        (Shape::Array(item, length), Value::Array(items)) if items.len() == *length => {
            items.iter().try_for_each(|value| read(item, value))
        }
        (Shape::Tuple(parts), Value::Array(items)) if items.len() == parts.len() => {
            parts.iter().zip(items).try_for_each(|(part, value)| read(part, value))
        }
        (Shape::Map(_, inner), Value::Object(map)) => map.values().try_for_each(|value| read(inner, value)),
        (Shape::Object(object), Value::Object(map)) => read_object(object, map, &[]),
        (Shape::Choice(choice), value) => read_choice(choice, value),
        (shape, value) => other(format!("{value} is no {shape}")),
    }
}

fn read_names(field: &Field) -> Vec<&'static str> {
    if field.reads.is_empty() {
        vec![field.name]
    } else {
        field.reads.to_vec()
    }
}

fn read_object(object: &Object, map: &Map<String, Value>, passed: &[&str]) -> Result<(), Refusal> {
    for field in object.fields.iter().filter(|field| field.absent != Absent::Ignored) {
        let found: Vec<&Value> = read_names(field).into_iter().filter_map(|name| map.get(name)).collect();
        match found[..] {
            [] if field.absent == Absent::Refused => return other(format!("missing field {}", field.name)),
            [] => {}
            [value] => read(&field.shape, value)?,
            _ => return other(format!("duplicate field {}", field.name)),
        }
    }
    if object.unknown == Unknown::Refused {
        let known = |name: &String| {
            passed.contains(&name.as_str())
                || object
                    .fields
                    .iter()
                    .any(|field| read_names(field).contains(&name.as_str()))
        };
        if let Some(name) = map.keys().find(|name| !known(name)) {
            return other(format!("unknown field {name}"));
        }
    }
    Ok(())
}

fn read_choice(choice: &Choice, value: &Value) -> Result<(), Refusal> {
    let (name, content) = match (choice.tagging, value) {
        (Tagging::External, Value::String(name)) => (name.as_str(), None),
        (Tagging::External, Value::Object(map)) if map.len() == 1 => {
            let (name, content) = map.iter().next().unwrap();
            (name.as_str(), Some(content))
        }
        (Tagging::Internal(tag), Value::Object(map)) => (map[tag].as_str().unwrap(), Some(value)),
        (Tagging::Adjacent(tag, content), Value::Object(map)) => (map[tag].as_str().unwrap(), map.get(content)),
        _ => return other(format!("{value} is no variant")),
    };
    let reads = |variant: &&Variant| {
        !variant.never_read && (variant.reads.contains(&name) || variant.reads.is_empty() && variant.name == name)
    };
    let Some(variant) = choice.variants.iter().find(reads) else {
        let caught = choice.variants.iter().any(|variant| variant.catch_all);
        let bare = content.is_none() || matches!(choice.tagging, Tagging::Internal(_));
        return if caught && bare { Ok(()) } else { Err(Refusal::Variant) };
    };
    match (choice.tagging, &variant.content, content) {
        (_, None, None) | (Tagging::Internal(_), None, _) => Ok(()),
        (Tagging::Internal(tag), Some(Shape::Object(object)), Some(Value::Object(map))) => {
            read_object(object, map, &[tag])
        }
        (_, Some(shape), Some(content)) => read(shape, content),
        (_, content, found) => other(format!("{content:?} from {found:?}")),
    }
}
