//! Values of a shape, as texts: the ends of ranges, every variant, every field with each of its values and without it.

use event_contract::{Absent, Choice, Float, Object, Shape, Tagging, Unknown, Variant};

/// As many as are tried of one type.
const MOST: usize = 200;

pub(crate) fn samples(shape: &Shape) -> Vec<String> {
    let mut samples = match shape {
        Shape::Any => texts(&["{\"anything\":[1]}", "null", "7", "\"text\""]),
        Shape::Null => texts(&["null"]),
        Shape::Bool => texts(&["true", "false"]),
        Shape::Integer(integer) => {
            let (min, max) = integer.range();
            vec!["1".to_owned(), min.to_string(), max.to_string()]
        }
        Shape::Float(Float::F32) => texts(&["1.5", "0.1", "3.0"]),
        Shape::Float(Float::F64) => texts(&["1.5", "0.1", "3.0", "1e300"]),
        Shape::Char => texts(&["\"x\"", "\"7\""]),
        Shape::Text(form) => form_of(form).iter().map(|text| format!("\"{text}\"")).collect(),
        Shape::Optional(inner) | Shape::Nullable(inner) => {
            let mut all = samples(inner);
            all.push("null".to_owned());
            all
        }
        Shape::List(item) => {
            let items = samples(item);
            let last = items.len() - 1;
            let mut all = vec![format!("[{},{}]", items[0], items[last]), "[]".to_owned()];
            all.extend(items.iter().map(|item| format!("[{item}]")));
            all.push(format!("[{0},{0}]", items[0]));
            all
        }
        Shape::Set(item) => {
            let mut all: Vec<String> = samples(item).iter().map(|item| format!("[{item}]")).collect();
            all.push("[]".to_owned());
            all
        }
        Shape::Array(item, length) => {
            let repeated = |item: &String| format!("[{}]", vec![item.as_str(); *length].join(","));
            samples(item).iter().map(repeated).collect()
        }
        Shape::Tuple(parts) => {
            let parts: Vec<Vec<String>> = parts.iter().map(samples).collect();
            varied(&parts, |parts| format!("[{}]", parts.join(",")))
        }
        Shape::Map(key, value) => {
            let (keys, values) = (samples(key), samples(value));
            let quoted = |key: &String| {
                if key.starts_with('"') {
                    key.clone()
                } else {
                    format!("\"{key}\"")
                }
            };
            let mut all = vec![format!("{{{}:{}}}", quoted(&keys[0]), values[0]), "{}".to_owned()];
            all.extend(keys.iter().map(|key| format!("{{{}:{}}}", quoted(key), values[0])));
            all.extend(values.iter().map(|value| format!("{{{}:{value}}}", quoted(&keys[0]))));
            all
        }
        Shape::Object(object) => members(object)
            .into_iter()
            .map(|members| format!("{{{members}}}"))
            .collect(),
        Shape::Choice(choice) => variants(choice),
    };
    samples.truncate(MOST);
    samples
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn form_of(form: &str) -> &'static [&'static str] {
    const UUID: &str = "0199b3a6-2b9c-7d3e-8f00-6d1f3a5c7e9b";
    match form {
        "string" => &[
            "some text",
            "x",
            "7",
            UUID,
            "2026-01-31T09:30:00Z",
            "12.50",
            "A",
            "a",
            "key",
        ],
        "uuid" => &[UUID],
        "date-time" => &["2026-01-31T09:30:00Z"],
        "local-date-time" => &["2026-01-31T09:30:00"],
        "date" => &["2026-01-31"],
        "time" => &["09:30:00"],
        "decimal" => &["12.50", "7"],
        "ip" => &["192.0.2.1", "2001:db8::1"],
        "ipv4" => &["192.0.2.1"],
        "ipv6" => &["2001:db8::1"],
        other => panic!("no sample of `{other}`"),
    }
}

/// The first of each, and then each other one in its place.
fn varied(parts: &[Vec<String>], join: impl Fn(&[String]) -> String) -> Vec<String> {
    let first: Vec<String> = parts.iter().map(|part| part[0].clone()).collect();
    let mut all = vec![join(&first)];
    for (at, part) in parts.iter().enumerate() {
        for other in &part[1..] {
            let mut parts = first.clone();
            parts[at].clone_from(other);
            all.push(join(&parts));
        }
    }
    all
}

/// The insides of objects.
fn members(object: &Object) -> Vec<String> {
    let read = object.fields.iter().filter(|field| field.absent != Absent::Ignored);
    let fields: Vec<Vec<String>> = read
        .map(|field| {
            let name = field.reads.first().copied().unwrap_or(field.name);
            let mut all: Vec<String> = samples(&field.shape)
                .iter()
                .map(|value| format!("\"{name}\":{value}"))
                .collect();
            if field.absent == Absent::Accepted {
                all.push(String::new());
            }
            all
        })
        .collect();
    let mut all = varied(&fields, |members| {
        let there: Vec<&str> = members
            .iter()
            .map(String::as_str)
            .filter(|member| !member.is_empty())
            .collect();
        there.join(",")
    });
    if object.unknown == Unknown::Kept {
        let comma = if all[0].is_empty() { "" } else { "," };
        all.push(format!("{}{comma}\"more\":[true]", all[0]));
    }
    all
}

fn variants(choice: &Choice) -> Vec<String> {
    let mut all = Vec::new();
    for variant in choice.variants.iter().filter(|variant| !variant.never_read) {
        all.extend(variant_of(choice.tagging, variant));
    }
    all
}

fn variant_of(tagging: Tagging, variant: &Variant) -> Vec<String> {
    let name = variant.reads.first().copied().unwrap_or(variant.name);
    match (tagging, &variant.content) {
        (Tagging::External, None) => vec![format!("\"{name}\"")],
        (Tagging::External, Some(content)) => samples(content)
            .iter()
            .map(|content| format!("{{\"{name}\":{content}}}"))
            .collect(),
        (Tagging::Internal(tag), Some(Shape::Object(object))) => {
            let tagged = |members: &String| match members.as_str() {
                "" => format!("{{\"{tag}\":\"{name}\"}}"),
                members => format!("{{\"{tag}\":\"{name}\",{members}}}"),
            };
            members(object).iter().map(tagged).collect()
        }
        (Tagging::Internal(tag), Some(Shape::Null)) | (Tagging::Internal(tag) | Tagging::Adjacent(tag, _), None) => {
            vec![format!("{{\"{tag}\":\"{name}\"}}")]
        }
        (Tagging::Internal(_), Some(other)) => panic!("{other} beside a tag"),
        (Tagging::Adjacent(tag, key), Some(content)) => samples(content)
            .iter()
            .map(|content| format!("{{\"{tag}\":\"{name}\",\"{key}\":{content}}}"))
            .collect(),
    }
}
