use super::super::written;
use super::{Schemas, Tag, keys, tagged};
use crate::{Choice, Shape, Tagging, Variant};
use serde_json::{Value, json};

impl Schemas {
    /// `tags` are keys that stand beside, when the choice is the content of another one with an internal tag.
    pub(super) fn choice(&mut self, choice: &Choice, tags: &[Tag<'_>]) -> Value {
        let variants = written(choice.variants);
        let mut cases = Vec::new();
        let names: Vec<_> = variants
            .iter()
            .filter(|variant| variant.content.is_none())
            .map(|variant| variant.name)
            .collect();
        let plain = choice.tagging == Tagging::External && tags.is_empty();
        if plain && !names.is_empty() {
            cases.push(json!({ "type": "string", "enum": names }));
        }
        for variant in &variants {
            if !plain || variant.content.is_some() {
                cases.push(self.variant(choice.tagging, variant, tags));
            }
        }
        if choice.open {
            let known: Vec<_> = variants.iter().map(|variant| variant.name).collect();
            cases.extend(others(choice, &known, tags));
        }
        match cases.len() {
            1 => cases.remove(0),
            // Nothing is written of an enum without variants.
            0 => json!({ "not": {} }),
            _ => json!({ "oneOf": cases }),
        }
    }

    fn variant(&mut self, tagging: Tagging, variant: &Variant, tags: &[Tag<'_>]) -> Value {
        match tagging {
            Tagging::External => {
                let content = match &variant.content {
                    Some(shape) => self.content(shape),
                    None => json!({ "type": "null" }),
                };
                let (mut properties, mut required) = tagged(tags);
                properties.insert(variant.name.to_owned(), content);
                required.push(variant.name.into());
                let mut schema = keys(properties, required);
                schema.insert("additionalProperties".to_owned(), false.into());
                schema.into()
            }
            Tagging::Internal(tag) => {
                let tags = [tags, &[(tag, variant.name.into())]].concat();
                self.beside(variant.content.as_ref(), &tags)
            }
            Tagging::Adjacent(tag, key) => {
                let (mut properties, mut required) = tagged(&[tags, &[(tag, variant.name.into())]].concat());
                if let Some(shape) = &variant.content {
                    properties.insert(key.to_owned(), self.content(shape));
                    required.push(key.into());
                }
                keys(properties, required).into()
            }
        }
    }

    /// The content of a variant is part of it, not a definition of its own.
    fn content(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Object(object) => self.object(object, &[]).into(),
            other => self.value(other),
        }
    }

    /// A content whose keys stand beside the tags.
    fn beside(&mut self, content: Option<&Shape>, tags: &[Tag<'_>]) -> Value {
        match content {
            Some(Shape::Object(object)) => self.object(object, tags).into(),
            Some(Shape::Map(key, value)) => self.map(key, value, tags).into(),
            Some(Shape::Choice(choice)) => self.choice(choice, tags),
            _ => {
                let (properties, required) = tagged(tags);
                keys(properties, required).into()
            }
        }
    }
}

/// What an open choice may become: anything with another name.
fn others(choice: &Choice, known: &[&str], tags: &[Tag<'_>]) -> Vec<Value> {
    let other = json!({ "type": "string", "not": { "enum": known } });
    let (mut properties, mut required) = tagged(tags);
    match choice.tagging {
        Tagging::Internal(tag) | Tagging::Adjacent(tag, _) => {
            properties.insert(tag.to_owned(), other);
            required.push(tag.into());
            vec![keys(properties, required).into()]
        }
        Tagging::External if tags.is_empty() && choice.is_plain() => vec![other],
        Tagging::External if tags.is_empty() => vec![
            other,
            json!({
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "propertyNames": { "not": { "enum": known } },
            }),
        ],
        Tagging::External => {
            let mut schema = keys(properties, required);
            let names: Vec<_> = known.iter().map(|name| json!({ "required": [name] })).collect();
            schema.insert("not".to_owned(), json!({ "anyOf": names }));
            vec![schema.into()]
        }
    }
}
