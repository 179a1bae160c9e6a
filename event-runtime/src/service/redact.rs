use event_contract::{Choice, Field, Object, Shape, Tagging, Variant};
use serde_json::{Map, Value};

/// Hides what is sensitive, and what none of the forms knows: that may be just as sensitive.
///
/// Several forms are several versions of an event; what one of them hides is hidden.
pub(super) fn redact(value: &mut Value, forms: &[Shape]) {
    let forms: Vec<Shape> = forms.iter().map(|form| inside(*form)).collect();
    if forms.iter().any(|form| matches!(form, Shape::Any)) {
        return;
    }
    match value {
        Value::Null => {}
        Value::Object(fields) => object(fields, &forms),
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                let forms: Vec<Shape> = forms.iter().filter_map(|form| item_form(form, at)).collect();
                redact(item, &forms);
            }
        }
        Value::String(text) if forms.iter().any(|form| is_text(form, text)) => {}
        Value::Number(_)
            if forms
                .iter()
                .any(|form| matches!(form, Shape::Integer(_) | Shape::Float(_))) => {}
        // Its crate's features decide between the two.
        Value::Number(_) if forms.contains(&Shape::Text("decimal")) => {}
        Value::Bool(_) if forms.iter().any(|form| matches!(form, Shape::Bool)) => {}
        unknown => *unknown = Value::from("[not in the contract]"),
    }
}

fn inside(form: Shape) -> Shape {
    match form {
        Shape::Optional(inner) | Shape::Nullable(inner) => inside(*inner),
        other => other,
    }
}

fn item_form(form: &Shape, at: usize) -> Option<Shape> {
    match form {
        Shape::List(item) | Shape::Set(item) | Shape::Array(item, _) => Some(**item),
        Shape::Tuple(parts) => parts.get(at).copied(),
        _ => None,
    }
}

fn is_text(form: &Shape, text: &str) -> bool {
    match form {
        Shape::Text(_) | Shape::Char => true,
        Shape::Choice(choice) => choice.tagging == Tagging::External && named(choice, text).is_some(),
        _ => false,
    }
}

fn named(choice: &Choice, name: &str) -> Option<&'static Variant> {
    let is = |variant: &&Variant| variant.name == name || variant.reads.contains(&name);
    choice.variants.iter().find(is)
}

/// What a form says about one key.
enum Key {
    Form(Shape),
    Sensitive,
    /// The tag of an enum.
    Plain,
}

fn object(fields: &mut Map<String, Value>, forms: &[Shape]) {
    let tags: Vec<Option<String>> = forms.iter().map(|form| tag_of(form, fields)).collect();
    for (name, value) in fields {
        let said = forms
            .iter()
            .zip(&tags)
            .filter_map(|(form, tag)| key(form, tag.as_deref(), name));
        let mut forms = Vec::new();
        let (mut known, mut sensitive) = (false, false);
        for key in said {
            match key {
                Key::Form(form) => forms.push(form),
                Key::Sensitive => sensitive = true,
                Key::Plain => known = true,
            }
        }
        if sensitive {
            *value = Value::from("[redacted]");
        } else if !known || !value.is_string() {
            redact(value, &forms);
        }
    }
}

fn tag_of(form: &Shape, fields: &Map<String, Value>) -> Option<String> {
    let Shape::Choice(choice) = form else { return None };
    let (Tagging::Internal(tag) | Tagging::Adjacent(tag, _)) = choice.tagging else {
        return None;
    };
    fields.get(tag)?.as_str().map(str::to_owned)
}

fn key(form: &Shape, tag: Option<&str>, name: &str) -> Option<Key> {
    match form {
        Shape::Object(object) => field(object, name),
        Shape::Map(_, value) => Some(Key::Form(**value)),
        Shape::Choice(choice) => match choice.tagging {
            Tagging::External => named(choice, name)?.content.map(Key::Form),
            Tagging::Internal(own) | Tagging::Adjacent(own, _) if own == name => {
                named(choice, tag?).map(|_| Key::Plain)
            }
            Tagging::Internal(_) => key(&inside(named(choice, tag?)?.content?), None, name),
            Tagging::Adjacent(_, content) if content == name => named(choice, tag?)?.content.map(Key::Form),
            Tagging::Adjacent(..) => None,
        },
        _ => None,
    }
}

fn field(object: &Object, name: &str) -> Option<Key> {
    let is = |field: &&Field| field.name == name || field.reads.contains(&name) || field.writes.contains(&name);
    let field = object.fields.iter().find(is)?;
    Some(if field.sensitive {
        Key::Sensitive
    } else {
        Key::Form(field.shape)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_contract::Integer;
    use serde_json::json;

    const LINE: Object = Object::new(
        "Line",
        &[
            Field::new("sku", Shape::STRING),
            Field::new("note", Shape::Optional(&Shape::STRING)).sensitive(),
        ],
    );
    const CARD: Object = Object::new("Card", &[Field::new("number", Shape::STRING).sensitive()]);
    const VARIANTS: &[Variant] = &[
        Variant::new("card", Some(Shape::Object(&CARD))),
        Variant::new("cash", None),
    ];
    const INTERNAL: Choice = Choice::new("Payment", Tagging::Internal("method"), VARIANTS);
    const ADJACENT: Choice = Choice::new("Payment", Tagging::Adjacent("method", "with"), VARIANTS);
    const EXTERNAL: Choice = Choice::new("Payment", Tagging::External, VARIANTS);

    #[track_caller]
    fn check(form: Shape, value: Value, shown: Value) {
        let mut value = value;
        redact(&mut value, &[form]);
        assert_eq!(value, shown);
    }

    #[test]
    fn nested_fields() {
        const LINES: Shape = Shape::List(&Shape::Object(&LINE));
        const ORDER: Object = Object::new(
            "Order",
            &[
                Field::new("lines", LINES),
                Field::new("by_name", Shape::Map(&Shape::STRING, &Shape::Object(&LINE))),
                Field::new(
                    "pair",
                    Shape::Tuple(&[Shape::Integer(Integer::U8), Shape::Object(&LINE)]),
                ),
            ],
        );
        let line = json!({"sku": "a", "note": "secret", "price": 7});
        let shown = json!({"sku": "a", "note": "[redacted]", "price": "[not in the contract]"});
        check(
            Shape::Object(&ORDER),
            json!({"lines": [line, 5], "by_name": {"x": line}, "pair": [1, line], "more": [1]}),
            json!({
                "lines": [shown, "[not in the contract]"], "by_name": {"x": shown}, "pair": [1, shown],
                "more": ["[not in the contract]"],
            }),
        );
    }

    #[test]
    fn enums() {
        const HIDDEN: &str = "[redacted]";
        const UNKNOWN: &str = "[not in the contract]";
        check(
            Shape::Choice(&INTERNAL),
            json!({"method": "card", "number": "1", "x": 1}),
            json!({"method": "card", "number": HIDDEN, "x": UNKNOWN}),
        );
        check(
            Shape::Optional(&Shape::Choice(&INTERNAL)),
            json!({"method": "wire", "number": "1"}),
            json!({"method": UNKNOWN, "number": UNKNOWN}),
        );
        check(
            Shape::Choice(&ADJACENT),
            json!({"method": "card", "with": {"number": "1"}, "number": "1"}),
            json!({"method": "card", "with": {"number": HIDDEN}, "number": UNKNOWN}),
        );
        check(
            Shape::Choice(&EXTERNAL),
            json!({"card": {"number": "1"}}),
            json!({"card": {"number": HIDDEN}}),
        );
        check(Shape::Choice(&EXTERNAL), json!("cash"), json!("cash"));
        check(Shape::Choice(&EXTERNAL), json!("4111"), json!(UNKNOWN));
    }

    #[test]
    fn what_one_version_hides_is_hidden() {
        const OPEN: Object = Object::new("Card", &[Field::new("number", Shape::STRING)]);
        let mut value = json!({"number": "1"});
        redact(&mut value, &[Shape::Object(&OPEN), Shape::Object(&CARD)]);
        assert_eq!(value, json!({"number": "[redacted]"}));
    }
}
