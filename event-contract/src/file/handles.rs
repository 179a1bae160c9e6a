use super::{key, words};
use crate::shape::Field;
use crate::{Object, Shape, Variant};

/// The types of a contract that get a table of their own, and what they are called there.
pub(super) struct Handles {
    named: Vec<Named>,
}

struct Named {
    /// An object or a choice.
    shape: Shape,
    handle: String,
    uses: usize,
    /// Used as all that a variant holds: written in place, if that is the only use.
    is_content: bool,
}

impl Handles {
    pub(super) fn of(data: &'static Object) -> Self {
        let mut handles = Self { named: Vec::new() };
        handles.collect_fields(data);
        handles.named.retain(|named| named.uses > 1 || !named.is_content);
        handles.assign();
        handles
    }

    fn collect_fields(&mut self, object: &'static Object) {
        for field in by_name(object.fields) {
            self.collect(&field.shape, false);
        }
    }

    fn collect(&mut self, shape: &Shape, is_content: bool) {
        match *shape {
            Shape::Optional(inner)
            | Shape::Nullable(inner)
            | Shape::List(inner)
            | Shape::Set(inner)
            | Shape::Array(inner, _) => self.collect(inner, false),
            Shape::Map(key, value) => {
                self.collect(key, false);
                self.collect(value, false);
            }
            Shape::Tuple(parts) => parts.iter().for_each(|part| self.collect(part, false)),
            Shape::Object(object) => {
                let in_place = is_content && !words::is_word(object.name);
                if in_place || self.is_new(shape, is_content) {
                    self.collect_fields(object);
                }
            }
            Shape::Choice(choice) => {
                if self.is_new(shape, false) {
                    let mut variants: Vec<&Variant> = choice.variants.iter().collect();
                    variants.sort_unstable_by_key(|variant| variant.name);
                    for content in variants.iter().filter_map(|variant| variant.content.as_ref()) {
                        self.collect(content, true);
                    }
                }
            }
            Shape::Any
            | Shape::Null
            | Shape::Bool
            | Shape::Integer(_)
            | Shape::Float(_)
            | Shape::Char
            | Shape::Text(_) => {}
        }
    }

    fn is_new(&mut self, shape: &Shape, is_content: bool) -> bool {
        match self.named.iter_mut().find(|named| named.shape == *shape) {
            Some(named) => {
                named.uses += 1;
                false
            }
            None => {
                self.named.push(Named {
                    shape: *shape,
                    handle: String::new(),
                    uses: 1,
                    is_content,
                });
                true
            }
        }
    }

    /// Each gets its own name where it is free, and after that its name and the next free number.
    fn assign(&mut self) {
        let mut taken: Vec<String> = Vec::new();
        for named in &mut self.named {
            let name = word(name(&named.shape));
            if words::is_handle(&name) && !taken.contains(&name) {
                taken.push(name.clone());
                named.handle = name;
            }
        }
        for named in self.named.iter_mut().filter(|named| named.handle.is_empty()) {
            let name = word(name(&named.shape));
            let free = (2..)
                .map(|number| format!("{name}{number}"))
                .find(|name| !taken.contains(name) && words::is_handle(name));
            named.handle = free.unwrap_or(name);
            taken.push(named.handle.clone());
        }
    }

    /// By handle.
    pub(super) fn sorted(&self) -> Vec<(String, Shape)> {
        let mut sorted: Vec<(String, Shape)> = self
            .named
            .iter()
            .map(|named| (named.handle.clone(), named.shape))
            .collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        sorted
    }

    /// The content of a variant, when it is written at the variant.
    pub(super) fn in_place(&self, content: &Shape) -> Option<&'static Object> {
        match content {
            Shape::Object(object) => {
                (!words::is_word(object.name) || self.handle(content).is_none()).then_some(*object)
            }
            _ => None,
        }
    }

    fn handle(&self, shape: &Shape) -> Option<&str> {
        let named = self.named.iter().find(|named| named.shape == *shape);
        named.map(|named| named.handle.as_str())
    }

    /// A type as files say it, like `Display`, but with handles.
    pub(super) fn text(&self, shape: &Shape) -> String {
        match shape {
            Shape::Optional(inner) => format!("{}?", self.text(inner)),
            Shape::Nullable(inner) => format!("{} | null", self.text(inner)),
            Shape::List(item) => format!("[{}]", self.text(item)),
            Shape::Set(item) => format!("{{{}}}", self.text(item)),
            Shape::Array(item, length) => format!("{}[{length}]", self.text(item)),
            Shape::Map(key, value) => format!("{{{}: {}}}", self.text(key), self.text(value)),
            Shape::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.text(part)).collect();
                format!("({})", parts.join(", "))
            }
            Shape::Object(_) | Shape::Choice(_) => self.handle(shape).unwrap_or_default().to_owned(),
            Shape::Text(form) if words::text(form).is_none() => format!("text({form})"),
            other => other.to_string(),
        }
    }

    /// The paths of sensitive fields: `email`, `Line.note`, `Payment.card.number`.
    pub(super) fn sensitive(&self, data: &'static Object) -> Vec<String> {
        let mut paths = Vec::new();
        let mut add = |path: String, fields: &[Field]| {
            let sensitive = fields.iter().filter(|field| field.sensitive);
            paths.extend(sensitive.map(|field| format!("{path}{}", key(field.name))));
        };
        add(String::new(), data.fields);
        for named in &self.named {
            let handle = key(&named.handle);
            match named.shape {
                Shape::Object(object) => add(format!("{handle}."), object.fields),
                Shape::Choice(choice) => {
                    for variant in choice.variants {
                        if let Some(object) = variant.content.as_ref().and_then(|content| self.in_place(content)) {
                            add(format!("{handle}.{}.", key(variant.name)), object.fields);
                        }
                    }
                }
                _ => {}
            }
        }
        paths
    }
}

fn by_name(fields: &'static [Field]) -> Vec<&'static Field> {
    let mut fields: Vec<&Field> = fields.iter().collect();
    fields.sort_unstable_by_key(|field| field.name);
    fields
}

fn name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Object(object) => object.name,
        Shape::Choice(choice) => choice.name,
        _ => "",
    }
}

/// `Page<Line>` is `Page_Line` as a word.
fn word(name: &str) -> String {
    let word = name.replace(|c: char| !(c.is_alphanumeric() || c == '_'), "_");
    let word = word.trim_matches('_');
    if word.is_empty() {
        "Type".to_owned()
    } else {
        word.to_owned()
    }
}
