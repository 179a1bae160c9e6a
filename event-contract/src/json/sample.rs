use super::{by_name, form, written};
use crate::{Choice, Float, Integer, Object, Shape, Tagging, Unknown, Variant, Written, hash};
use serde_json::{Map, Number, Value};

/// A value of this shape that looks real: every field is there, with one of each kind. Always the same for a shape.
///
/// It [conforms](super::conforms), is valid for the [schema](super::schema), and serde reads it, unless the shape cannot
/// read what it writes itself.
///
/// ```
/// use event_contract::{Object, Shape, ShapeField, json, sorted};
///
/// const FIELDS: [ShapeField; 2] =
///     sorted([ShapeField::new("email", Shape::STRING), ShapeField::new("placed_at", Shape::Text("date-time"))]);
/// const ORDER_PLACED: Shape = Shape::Object(&Object::new("OrderPlaced", &FIELDS));
/// let sample = json::sample(&ORDER_PLACED);
///
/// assert_eq!(sample.to_string(), r#"{"email":"ada@example.org","placed_at":"2026-01-15T09:30:00Z"}"#);
/// ```
#[must_use]
pub fn sample(shape: &Shape) -> Value {
    value(shape, "")
}

/// `name` is that of the field it is for.
fn value(shape: &Shape, name: &str) -> Value {
    match *shape {
        Shape::Any => text("string", name).into(),
        Shape::Null => Value::Null,
        Shape::Bool => true.into(),
        Shape::Integer(integer) => whole(integer, name).into(),
        Shape::Float(float) => fraction(float),
        Shape::Char => "A".into(),
        Shape::Text(form) => text(form, name).into(),
        Shape::Optional(inner) | Shape::Nullable(inner) => value(inner, name),
        Shape::List(item) | Shape::Set(item) => vec![value(item, one_of(name))].into(),
        Shape::Array(item, length) => vec![value(item, one_of(name)); length].into(),
        Shape::Tuple(parts) => parts.iter().map(|part| value(part, name)).collect(),
        Shape::Map(key, inner) => {
            let key = match value(key, "key") {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Map::from_iter([(key, value(inner, one_of(name)))]).into()
        }
        Shape::Object(object) => fields(object).into(),
        Shape::Choice(choice) => match first(choice) {
            Some(variant) => chosen(choice.tagging, variant),
            None => Value::Null,
        },
    }
}

fn fields(object: &Object) -> Map<String, Value> {
    let mut all: Map<_, _> = by_name(object.fields)
        .into_iter()
        .filter(|field| field.written != Written::Never)
        .map(|field| (field.name.to_owned(), value(&field.shape, field.name)))
        .collect();
    if all.is_empty() && object.unknown == Unknown::Kept {
        all.insert("key".to_owned(), "value".into());
    }
    all
}

/// One that is read as well, and does not merely stand for the unknown.
fn first(choice: &Choice) -> Option<&'static Variant> {
    let all = written(choice.variants);
    let good = all.iter().find(|variant| !variant.never_read && !variant.catch_all);
    good.or_else(|| all.first()).copied()
}

fn chosen(tagging: Tagging, variant: &Variant) -> Value {
    let content = variant.content.as_ref().map(|content| value(content, variant.name));
    let name = Value::from(variant.name);
    let pairs = match (tagging, content) {
        (Tagging::External, None) => return name,
        (Tagging::External, Some(content)) => vec![(variant.name, content)],
        (Tagging::Internal(tag), Some(Value::Object(mut content))) => {
            content.insert(tag.to_owned(), name);
            return content.into();
        }
        // A unit variant inside is written as a key with `null`.
        (Tagging::Internal(tag), Some(Value::String(inner))) => {
            return Map::from_iter([(tag.to_owned(), name), (inner, Value::Null)]).into();
        }
        (Tagging::Internal(tag), _) | (Tagging::Adjacent(tag, _), None) => vec![(tag, name)],
        (Tagging::Adjacent(tag, key), Some(content)) => vec![(tag, name), (key, content)],
    };
    let pairs = pairs.into_iter().map(|(key, value)| (key.to_owned(), value));
    Map::from_iter(pairs).into()
}

/// `line` of `lines`, for what is inside a list.
fn one_of(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

fn whole(integer: Integer, name: &str) -> u64 {
    let has = |word: &str| name.split('_').any(|part| part == word);
    let wanted = if ["cents", "amount", "price", "total"].iter().any(|word| has(word)) {
        4200
    } else if has("year") {
        2026
    } else if ["qty", "quantity", "count"].iter().any(|word| has(word)) {
        2
    } else {
        1
    };
    if u128::from(wanted) <= integer.range().1 {
        wanted
    } else {
        1
    }
}

/// 1.5 is the same in both precisions.
fn fraction(float: Float) -> Value {
    match float {
        Float::F32 | Float::F64 => Number::from_f64(1.5).map_or(Value::Null, Value::Number),
    }
}

fn text(form_name: &str, name: &str) -> String {
    match form::form(form_name) {
        Some(form) if form_name == "uuid" => {
            let (head, _) = form.sample.split_at(24);
            format!("{head}{:012x}", hash(name) & 0xffff_ffff_ffff)
        }
        Some(form) => form.sample.to_owned(),
        None => word(name).to_owned(),
    }
}

/// What a text field of this name may hold, or else its name. The longest word wins: `first_name` before `name`.
fn word(name: &str) -> &str {
    const WORDS: &[(&str, &str)] = &[
        ("email", "ada@example.org"),
        ("phone", "+49 30 5550100"),
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("name", "Ada Lovelace"),
        ("customer", "Ada Lovelace"),
        ("currency", "EUR"),
        ("country", "DE"),
        ("city", "Berlin"),
        ("street", "Lindenstrasse 9"),
        ("address", "Lindenstrasse 9, 10969 Berlin"),
        ("zip", "10969"),
        ("postcode", "10969"),
        ("iban", "DE02120300000000202051"),
        ("last4", "4242"),
        ("ref", "REF-1001"),
        ("card", "card-1001"),
        ("warehouse", "north"),
        ("sku", "SKU-1001"),
        ("id", "id-1001"),
        ("number", "1001"),
        ("key", "key"),
        ("reference", "REF-1001"),
        ("code", "CODE-1"),
        ("url", "https://example.org/1001"),
        ("link", "https://example.org/1001"),
        ("language", "en"),
        ("locale", "en-GB"),
        ("reason", "out of stock"),
        ("note", "leave it at the door"),
        ("comment", "leave it at the door"),
        ("description", "a description"),
        ("title", "A title"),
        ("tag", "new"),
        ("carrier", "DHL"),
        ("status", "open"),
        ("kind", "standard"),
        ("version", "1.0.0"),
    ];
    WORDS
        .iter()
        .filter(|(word, _)| ends_with_word(name, word))
        .max_by_key(|(word, _)| word.len())
        .map_or(if name.is_empty() { "text" } else { name }, |(_, text)| text)
}

/// `order_id` and `orderId` end with the word `id`, `paid` does not.
fn ends_with_word(name: &str, word: &str) -> bool {
    let Some((head, tail)) = name
        .len()
        .checked_sub(word.len())
        .and_then(|at| name.split_at_checked(at))
    else {
        return false;
    };
    let begins =
        head.is_empty() || head.ends_with(['_', '-', '.']) || tail.starts_with(|c: char| c.is_ascii_uppercase());
    tail.eq_ignore_ascii_case(word) && begins
}
