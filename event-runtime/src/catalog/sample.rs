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

#[cfg(test)]
mod tests {
    use super::*;
    use event_contract::{Choice, Field, Schema, Variant, sorted};
    use serde_json::json;

    const NUMBER: [Field; 1] = [Field::new("number", Shape::STRING).sensitive()];
    const CARD: Object = Object::new("Card", &NUMBER);
    const WAYS: &[Variant] = &[
        Variant::new("card", Some(Shape::Object(&CARD))),
        Variant::new("iban", Some(Shape::STRING)),
    ];
    const ONE: &[Variant] = &[WAYS[0]];
    const INSIDE: Shape = Shape::Choice(&Choice::new("Inside", Tagging::Internal("way"), ONE));
    const BESIDE: Shape = Shape::Choice(&Choice::new("Beside", Tagging::Adjacent("way", "with"), WAYS));
    const OUTSIDE: Shape = Shape::Choice(&Choice::new("Outside", Tagging::External, WAYS));
    const FIELDS: [Field; 6] = sorted([
        Field::new("email", <Option<String>>::SHAPE).sensitive(),
        Field::new("total", <i64>::SHAPE),
        Field::new("cards", Shape::List(&Shape::Object(&CARD))),
        Field::new("inside", INSIDE),
        Field::new("beside", BESIDE),
        Field::new("outside", Shape::Map(&Shape::STRING, &OUTSIDE)),
    ]);
    const ORDER: &Object = &Object::new("Order", &FIELDS);

    #[test]
    fn what_is_sensitive_is_made_up() {
        let recorded = json!({
            "email": "secret", "total": 7, "cards": [{ "number": "secret" }],
            "inside": { "way": "card", "number": "secret" },
            "beside": { "way": "card", "with": { "number": "secret" } },
            "outside": { "a": { "card": { "number": "secret" } }, "b": { "iban": "DE" } },
        });
        let shown = of(ORDER, Some(&recorded));
        assert_eq!(
            (&shown["total"], &shown["outside"]["b"]["iban"]),
            (&json!(7), &json!("DE"))
        );
        assert!(!shown.to_string().contains("secret"), "{shown}");
        assert_eq!(
            json::conforms(&Shape::Object(ORDER), &shown),
            Ok(()),
            "and it is still one"
        );
        let nothing = of(ORDER, Some(&json!({ "email": "secret" })));
        assert_eq!(nothing, of(ORDER, None), "a sample of something else is not shown");
    }
}
