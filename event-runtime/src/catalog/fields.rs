//! The fields of an event as lines of a table: what is inside a list, a union or another object has a line of its own.

use event_contract::{Choice, Field, Object, Reader, Shape, Tagging, Variant, Written};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// `lines[].sku`, `payment(card).last4`
    pub(crate) path: String,
    /// `string`, `[Line]`, `web | store`
    pub(crate) form: String,
    /// Whether it is there: `always`, `sometimes`, `or null`.
    pub(crate) there: &'static str,
    pub(crate) sensitive: bool,
}

/// The fields of `data` that are written, by name.
pub(crate) fn rows(data: &'static Object) -> Vec<Row> {
    let mut rows = Vec::new();
    object(data, "", false, &mut rows);
    rows
}

/// Where sensitive values are among these: `email`, `lines[].note`; of what is sensitive as a whole, nothing inside.
pub(crate) fn sensitive(rows: impl IntoIterator<Item = Row>) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for row in rows {
        let is_said = |path: &String| *path == row.path || is_inside(&row.path, path);
        if row.sensitive && !paths.iter().any(is_said) {
            paths.push(row.path);
        }
    }
    paths
}

/// Which of the recorded readers read what is at `path`.
pub(crate) fn readers(path: &str, readers: &[Reader]) -> Vec<&'static str> {
    let reads = |reader: &&Reader| {
        let mut read = Vec::new();
        object(reader.data, "", true, &mut read);
        read.iter()
            .any(|row| row.path == path || row.form == "any" && is_inside(path, &row.path))
    };
    readers.iter().filter(reads).map(|reader| reader.consumer).collect()
}

fn object(data: &'static Object, path: &str, as_read: bool, rows: &mut Vec<Row>) {
    let mut fields: Vec<_> = data.fields.iter().collect();
    fields.sort_by_key(|field| field.name);
    for field in fields {
        if as_read {
            let names = if field.reads.is_empty() {
                std::slice::from_ref(&field.name)
            } else {
                field.reads
            };
            for name in names {
                line(field, &joined(path, name), as_read, rows);
            }
        } else if field.written != Written::Never {
            line(field, &joined(path, field.name), as_read, rows);
        }
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn line(field: &'static Field, path: &str, as_read: bool, rows: &mut Vec<Row>) {
    let (shape, nullable) = match field.shape {
        Shape::Optional(inner) | Shape::Nullable(inner) => (*inner, field.null),
        shape => (shape, false),
    };
    let from = rows.len();
    rows.push(Row {
        path: path.to_owned(),
        form: form(&shape),
        there: match (field.written, nullable) {
            (Written::Always, false) => "always",
            (Written::Always, true) => "or null",
            (_, false) => "sometimes",
            (_, true) => "sometimes, or null",
        },
        sensitive: field.sensitive,
    });
    inside(&shape, path, as_read, rows);
    // What is inside is as sensitive as the whole.
    rows[from..].iter_mut().for_each(|row| row.sensitive |= field.sensitive);
}

/// Whether `path` is a part of what is at `whole`.
pub(crate) fn is_inside(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole)
        .is_some_and(|rest| rest.starts_with(['.', '[', '{', '(']))
}

/// A plain enum by its names; anything else as in a contract file.
fn form(shape: &Shape) -> String {
    match shape {
        Shape::Choice(choice) if choice.is_plain() && choice.tagging == Tagging::External => names(choice),
        other => other.to_string(),
    }
}

fn names(choice: &Choice) -> String {
    let written = choice.variants.iter().filter(|variant| !variant.never_written);
    let mut names: Vec<_> = written.map(|variant| format!("\"{}\"", variant.name)).collect();
    names.sort_unstable();
    if choice.open {
        names.push("..".to_owned());
    }
    names.join(" | ")
}

/// What is below a field.
fn inside(shape: &Shape, path: &str, as_read: bool, rows: &mut Vec<Row>) {
    match *shape {
        Shape::Object(data) => object(data, path, as_read, rows),
        Shape::Optional(inner) | Shape::Nullable(inner) => inside(inner, path, as_read, rows),
        Shape::List(item) | Shape::Set(item) | Shape::Array(item, _) => {
            inside(item, &format!("{path}[]"), as_read, rows);
        }
        Shape::Map(_, value) => inside(value, &format!("{path}{{}}"), as_read, rows),
        Shape::Tuple(parts) => {
            for (at, part) in parts.iter().enumerate() {
                inside(part, &format!("{path}[{at}]"), as_read, rows);
            }
        }
        Shape::Choice(choice) if !(choice.is_plain() && choice.tagging == Tagging::External) => {
            variants(choice, path, as_read, rows);
        }
        _ => {}
    }
}

fn variants(choice: &'static Choice, path: &str, as_read: bool, rows: &mut Vec<Row>) {
    let mut variants: Vec<_> = choice
        .variants
        .iter()
        .filter(|variant| !variant.never_written)
        .collect();
    variants.sort_by_key(|variant| variant.name);
    for variant in variants {
        let path = format!("{path}({})", variant.name);
        rows.push(Row {
            path: path.clone(),
            form: tagged(choice.tagging, variant),
            there: "one of",
            sensitive: false,
        });
        if let Some(content) = &variant.content {
            inside(content, &path, as_read, rows);
        }
    }
}

/// How a variant is told from the others, and what comes with it.
fn tagged(tagging: Tagging, variant: &Variant) -> String {
    let content = variant.content.as_ref().map(|content| match content {
        Shape::Object(_) => "object".to_owned(),
        other => form(other),
    });
    match (tagging, content) {
        (Tagging::External, None) => format!("\"{}\"", variant.name),
        (Tagging::External, Some(content)) => content,
        (Tagging::Internal(tag), _) | (Tagging::Adjacent(tag, _), None) => format!("{tag}: \"{}\"", variant.name),
        (Tagging::Adjacent(tag, key), Some(content)) => format!("{tag}: \"{}\", {key}: {content}", variant.name),
    }
}
