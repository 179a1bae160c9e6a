use super::{Judge, Side};
use crate::{Choice, Shape, Tagging, Variant};
use serde_json::{Map, Value};

impl Judge {
    pub(super) fn choice(&mut self, choice: &Choice, value: &Value) {
        match (choice.tagging, value) {
            (Tagging::External, Value::String(name)) => self.external(choice, name, None),
            (Tagging::External, Value::Object(entries)) if entries.len() == 1 => {
                for (name, content) in entries {
                    self.external(choice, name, Some(content));
                }
            }
            (Tagging::Internal(tag), Value::Object(entries)) => {
                if let Some(Some(variant)) = self.tag(choice, entries, tag) {
                    self.internal(variant, entries, tag);
                }
            }
            (Tagging::Adjacent(tag, key), Value::Object(entries)) => match self.tag(choice, entries, tag) {
                Some(Some(variant)) => self.adjacent(variant, entries, key),
                // A catch-all takes the name only.
                Some(None) if self.side == Side::Read && entries.get(key).is_some_and(|content| !content.is_null()) => {
                    self.at(key, |judge| judge.wrong("comes with a name that is not known"));
                }
                _ => {}
            },
            (_, value) => self.other(value, choice.name),
        }
    }

    /// The variant of a name; `Some(None)` for one that is not known and yet allowed.
    fn variant(&mut self, choice: &Choice, name: &str) -> Option<Option<&'static Variant>> {
        let side = self.side;
        let is = |variant: &&Variant| match side {
            Side::Written => !variant.never_written && variant.name == name,
            Side::Read if variant.never_read => false,
            Side::Read if variant.reads.is_empty() => variant.name == name,
            Side::Read => variant.reads.contains(&name),
        };
        if let Some(variant) = choice.variants.iter().find(is) {
            return Some(Some(variant));
        }
        let allowed = match side {
            Side::Written => choice.open,
            Side::Read => choice.variants.iter().any(|variant| variant.catch_all),
        };
        if allowed {
            return Some(None);
        }
        self.wrong(format!("is no name that {} has", choice.name));
        None
    }

    fn external(&mut self, choice: &Choice, name: &str, content: Option<&Value>) {
        let Some(variant) = self.variant(choice, name) else {
            return;
        };
        let shape = variant.and_then(|variant| variant.content.as_ref());
        match (shape, content) {
            (Some(shape), Some(content)) => self.at(name, |judge| judge.value(shape, content)),
            (Some(_), None) => self.wrong(format!("is `{name}` without its content")),
            (None, None) => {}
            (None, Some(Value::Null)) if self.side == Side::Read => {}
            // What comes with an unknown name is unknown; no catch-all takes it.
            (None, Some(_)) if variant.is_none() && self.side == Side::Written && !choice.is_plain() => {}
            (None, Some(_)) => self.wrong(format!("is `{name}` with a content")),
        }
    }

    fn tag(&mut self, choice: &Choice, entries: &Map<String, Value>, tag: &str) -> Option<Option<&'static Variant>> {
        let mut found = None;
        self.at(tag, |judge| match entries.get(tag) {
            Some(Value::String(name)) => found = judge.variant(choice, name),
            Some(value) => judge.other(value, choice.name),
            None => judge.wrong("is missing"),
        });
        found
    }

    fn internal(&mut self, variant: &'static Variant, entries: &Map<String, Value>, tag: &str) {
        let Some(shape) = &variant.content else { return };
        let mut rest = entries.clone();
        rest.remove(tag);
        if let (Shape::Choice(inner), [(name, Value::Null)]) = (shape, &*rest.iter().collect::<Vec<_>>())
            && inner.tagging == Tagging::External
        {
            // A unit variant inside is written as a key with `null`.
            return self.choice(inner, &Value::String((*name).clone()));
        }
        self.value(shape, &Value::Object(rest));
    }

    fn adjacent(&mut self, variant: &'static Variant, entries: &Map<String, Value>, key: &str) {
        match (&variant.content, entries.get(key)) {
            (Some(shape), Some(content)) => self.at(key, |judge| judge.value(shape, content)),
            (Some(Shape::Optional(_)), None) if self.side == Side::Read => {}
            (Some(_), None) => self.at(key, |judge| judge.wrong("is missing")),
            (None, None) => {}
            (None, Some(Value::Null)) if self.side == Side::Read => {}
            (None, Some(_)) => self.at(key, |judge| judge.wrong("is a content that this variant has not")),
        }
    }
}
