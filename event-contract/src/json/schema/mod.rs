//! JSON Schema, draft-07: every validator reads it, and AsyncAPI takes it as it is.

mod choice;

use super::{by_name, form, writes};
use crate::{Object, Shape, ShapeField as Field, Unknown, Written};
use serde_json::{Map, Value, json};

/// The JSON Schema of what a shape writes, with the objects and enums inside as `definitions`.
///
/// What serde reads besides (aliases, defaults, other forms of a UUID) is not in it, and not every rule of serde can be
/// said: `1.0` is a whole number to JSON Schema.
///
/// ```
/// use event_contract::{Schema, json};
///
/// assert_eq!(
///     json::schema(&<Option<u8>>::SHAPE),
///     serde_json::json!({
///         "$schema": "http://json-schema.org/draft-07/schema#",
///         "type": ["integer", "null"],
///         "minimum": 0,
///         "maximum": 255,
///     })
/// );
/// ```
#[must_use]
pub fn schema(shape: &Shape) -> Value {
    let mut schemas = Schemas::new("#/definitions/");
    let mut root = schemas.root(shape);
    if let Value::Object(root) = &mut root {
        root.insert("$schema".to_owned(), "http://json-schema.org/draft-07/schema#".into());
        let definitions = schemas.into_definitions();
        if !definitions.is_empty() {
            root.insert("definitions".to_owned(), definitions.into());
        }
    }
    root
}

/// Schemas that share their definitions, for a document that has a place for them.
#[derive(Debug)]
pub struct Schemas {
    at: String,
    definitions: Map<String, Value>,
}

impl Schemas {
    /// None yet; `at` is what a reference to a definition begins with: `#/components/schemas/`.
    #[must_use]
    pub fn new(at: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            definitions: Map::new(),
        }
    }

    /// The schema of a shape; an object at the top is no definition.
    pub fn root(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Object(object) => {
                let mut schema = self.object(object, &[]);
                schema.insert("title".to_owned(), object.name.into());
                schema.into()
            }
            other => self.value(other),
        }
    }

    /// What the schemas so far refer to.
    #[must_use]
    pub fn into_definitions(self) -> Map<String, Value> {
        self.definitions
    }

    fn value(&mut self, shape: &Shape) -> Value {
        match *shape {
            Shape::Any => json!({}),
            Shape::Null => json!({ "type": "null" }),
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::Integer(integer) => {
                let (least, most) = integer.range();
                let mut schema = Map::from_iter([("type".to_owned(), "integer".into())]);
                // JSON numbers of this crate end with 64 bits; beyond them there is no limit to say.
                if let Ok(least) = i64::try_from(least) {
                    schema.insert("minimum".to_owned(), least.into());
                }
                if let Ok(most) = u64::try_from(most) {
                    schema.insert("maximum".to_owned(), most.into());
                }
                schema.into()
            }
            Shape::Float(_) => json!({ "type": "number" }),
            Shape::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
            Shape::Text(name) => text(name),
            Shape::Optional(inner) | Shape::Nullable(inner) => nullable(self.value(inner)),
            Shape::List(item) => json!({ "type": "array", "items": self.value(item) }),
            Shape::Set(item) => json!({ "type": "array", "items": self.value(item), "uniqueItems": true }),
            Shape::Array(item, length) => {
                json!({ "type": "array", "items": self.value(item), "minItems": length, "maxItems": length })
            }
            Shape::Tuple([]) => json!({ "type": "array", "maxItems": 0 }),
            Shape::Tuple(parts) => {
                let items: Vec<_> = parts.iter().map(|part| self.value(part)).collect();
                json!({
                    "type": "array",
                    "items": items,
                    "minItems": parts.len(),
                    "maxItems": parts.len(),
                    "additionalItems": false,
                })
            }
            Shape::Map(key, value) => self.map(key, value, &[]).into(),
            Shape::Object(object) => {
                let schema = self.object(object, &[]).into();
                self.define(object.name, schema)
            }
            Shape::Choice(choice) => {
                let schema = self.choice(choice, &[]);
                self.define(choice.name, schema)
            }
        }
    }

    /// A reference to a definition. Another type of the same name gets a number.
    fn define(&mut self, name: &str, schema: Value) -> Value {
        let plain: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || "._-".contains(c) {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let mut name = plain.clone();
        let mut number = 2;
        while self.definitions.get(&name).is_some_and(|other| *other != schema) {
            name = format!("{plain}_{number}");
            number += 1;
        }
        let reference = format!("{}{name}", self.at);
        self.definitions.insert(name, schema);
        json!({ "$ref": reference })
    }

    /// `tags` are keys that stand beside the fields, with their only values.
    fn object(&mut self, object: &Object, tags: &[Tag<'_>]) -> Map<String, Value> {
        let (mut properties, mut required) = tagged(tags);
        let mut either = Vec::new();
        for field in by_name(object.fields) {
            let names = match field.written {
                Written::Never => continue,
                Written::Always | Written::Sometimes => writes(field),
            };
            let schema = self.field(field);
            for name in names {
                properties.insert((*name).to_owned(), schema.clone());
            }
            match (field.written, names) {
                (Written::Always, [name]) => required.push((*name).into()),
                (Written::Always, names) => {
                    let one: Vec<_> = names.iter().map(|name| json!({ "required": [name] })).collect();
                    either.push(json!({ "oneOf": one }));
                }
                _ => {}
            }
        }
        let mut schema = keys(properties, required);
        if object.unknown == Unknown::Refused {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        if !either.is_empty() {
            schema.insert("allOf".to_owned(), either.into());
        }
        schema
    }

    fn field(&mut self, field: &Field) -> Value {
        let schema = match field.shape {
            Shape::Optional(inner) | Shape::Nullable(inner) if !field.null => self.value(inner),
            shape => self.value(&shape),
        };
        match schema {
            // Beside a reference nothing counts.
            Value::Object(schema) if field.sensitive && schema.contains_key("$ref") => {
                json!({ "allOf": [schema], "x-sensitive": true })
            }
            Value::Object(mut schema) if field.sensitive => {
                schema.insert("x-sensitive".to_owned(), true.into());
                schema.into()
            }
            schema => schema,
        }
    }

    fn map(&mut self, key: &Shape, value: &Shape, tags: &[Tag<'_>]) -> Map<String, Value> {
        let (properties, required) = tagged(tags);
        let mut schema = keys(properties, required);
        schema.insert("additionalProperties".to_owned(), self.value(value));
        if tags.is_empty()
            && let Some(names) = self.key(key)
        {
            schema.insert("propertyNames".to_owned(), names);
        }
        schema
    }

    /// What keys of a map look like; `None` for any.
    fn key(&mut self, shape: &Shape) -> Option<Value> {
        match shape {
            Shape::Integer(integer) if integer.range().0 < 0 => Some(json!({ "pattern": "^-?[0-9]+$" })),
            Shape::Integer(_) => Some(json!({ "pattern": "^[0-9]+$" })),
            Shape::Bool => Some(json!({ "enum": ["false", "true"] })),
            Shape::Float(_) => Some(json!({ "pattern": "^-?[0-9.]+(e-?[0-9]+)?$" })),
            Shape::Char | Shape::Choice(_) => Some(self.value(shape)),
            Shape::Text(name) if form::form(name).is_some() => Some(text(name)),
            _ => None,
        }
    }
}

/// A key with its only value.
type Tag<'a> = (&'a str, Value);

fn tagged(tags: &[Tag<'_>]) -> (Map<String, Value>, Vec<Value>) {
    let properties = tags
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!({ "const": value })));
    (
        properties.collect(),
        tags.iter().map(|(key, _)| (*key).into()).collect(),
    )
}

fn keys(properties: Map<String, Value>, required: Vec<Value>) -> Map<String, Value> {
    let mut schema = Map::from_iter([("type".to_owned(), "object".into())]);
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), properties.into());
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

fn text(name: &str) -> Value {
    let mut schema = Map::from_iter([("type".to_owned(), "string".into())]);
    if let Some(form) = form::form(name) {
        if let Some(format) = form.format {
            schema.insert("format".to_owned(), format.into());
        }
        if let Some(pattern) = form.pattern {
            schema.insert("pattern".to_owned(), pattern.into());
        }
    }
    schema.into()
}

fn nullable(schema: Value) -> Value {
    match schema {
        Value::Object(mut schema) if !schema.is_empty() && !schema.contains_key("enum") => match schema.get("type") {
            Some(Value::String(kind)) if kind != "null" => {
                let both = json!([kind, "null"]);
                schema.insert("type".to_owned(), both);
                schema.into()
            }
            Some(_) => schema.into(),
            None => json!({ "anyOf": [schema, { "type": "null" }] }),
        },
        Value::Object(schema) if schema.is_empty() => schema.into(),
        schema => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}
