//! Samples that may be shown: what is sensitive is made up.

use event_contract::{Choice, Object, Shape, Tagging, json};
use serde_json::{Map, Value};

/// The recorded sample, or else one made up for `data`.
pub(super) fn of(data: &'static Object, recorded: Option<&Value>) -> Value {
    let shape = Shape::Object(data);
    match recorded {
        Some(sample) if json::conforms(&shape, sample).is_ok() => {
            let mut sample = sample.clone();
            hide(&shape, &mut sample);
            sample
        }
        _ => json::sample(&shape),
    }
}

/// Replaces sensitive values by made-up ones of the same shape, so that the sample stays valid.
fn hide(shape: &Shape, value: &mut Value) {
    match (*shape, value) {
        (Shape::Optional(inner) | Shape::Nullable(inner), value) => hide(inner, value),
        (Shape::List(item) | Shape::Set(item) | Shape::Array(item, _), Value::Array(items)) => {
            items.iter_mut().for_each(|one| hide(item, one));
        }
        (Shape::Tuple(parts), Value::Array(items)) => {
            parts.iter().zip(items).for_each(|(part, one)| hide(part, one));
        }
        (Shape::Map(_, inner), Value::Object(entries)) => entries.values_mut().for_each(|one| hide(inner, one)),
        (Shape::Object(data), Value::Object(entries)) => fields(data, entries),
        (Shape::Choice(choice), Value::Object(entries)) => variant(choice, entries),
        _ => {}
    }
}

fn fields(data: &'static Object, entries: &mut Map<String, Value>) {
    let made_up = json::sample(&Shape::Object(data));
    for field in data.fields {
        let names = if field.writes.is_empty() {
            std::slice::from_ref(&field.name)
        } else {
            field.writes
        };
        for name in names {
            match entries.get_mut(*name) {
                Some(value) if field.sensitive && !value.is_null() => *value = made_up[field.name].clone(),
                Some(value) => hide(&field.shape, value),
                None => {}
            }
        }
    }
}

fn variant(choice: &'static Choice, entries: &mut Map<String, Value>) {
    let (name, key) = match choice.tagging {
        Tagging::External => (entries.keys().next().cloned(), entries.keys().next().cloned()),
        Tagging::Internal(tag) => (entries.get(tag).and_then(Value::as_str).map(str::to_owned), None),
        Tagging::Adjacent(tag, key) => {
            let name = entries.get(tag).and_then(Value::as_str).map(str::to_owned);
            (name, Some(key.to_owned()))
        }
    };
    let is = |variant: &&event_contract::Variant| Some(variant.name) == name.as_deref();
    let Some(content) = choice.variants.iter().find(is).and_then(|variant| variant.content) else {
        return;
    };
    match (choice.tagging, key.and_then(|key| entries.get_mut(&key))) {
        (Tagging::Internal(_), _) => {
            let mut inside = Value::Object(std::mem::take(entries));
            hide(&content, &mut inside);
            if let Value::Object(inside) = inside {
                *entries = inside;
            }
        }
        (_, Some(value)) => hide(&content, value),
        (_, None) => {}
    }
}
