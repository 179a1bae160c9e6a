use super::FileError;
use super::field::{Fields, names};
use super::grammar::{Grammar, leak};
use super::key;
use super::table::{Item, Table, Value};
use super::types::{Measured, Types, unknown_fields};
use super::words::is_word;
use crate::{Choice, Shape, Tagging, Unknown, Variant};

/// Every key of the table of a name.
const FACTS: [&str; 5] = ["catch_all", "never_read", "never_written", "reads", "unknown_fields"];

/// An enum, whose variants have nothing but names, or a union, some of whose variants have contents.
pub(super) fn choice(types: &mut Types, name: &str, mut table: Table, union: bool) -> Result<Measured, FileError> {
    let line = table.line;
    let open = table.flag("open")?.is_some_and(|open| open.value);
    let tagging = if union { tagging(&mut table)? } else { Tagging::External };
    let mut names = table.table("names")?.map(|names| names.items).unwrap_or_default();
    let contents = if union { table.table("variants")? } else { None };
    let known: &[&str] = match union {
        true => &["content", "kind", "names", "open", "tag", "variants"],
        false => &["kind", "names", "open"],
    };
    let mut variants = Vec::new();
    let mut parts = Vec::new();
    for (variant, item) in contents.map(|contents| contents.items).unwrap_or_default() {
        let facts = facts(&variant, names.remove(&variant), true)?;
        let measured = content(types, name, &variant, item, facts.unknown)?;
        variants.push(facts.of(variant, Some(measured.shape)));
        parts.push(measured);
    }
    for (variant, item) in names {
        let facts = facts(&variant, Some(item), false)?;
        variants.push(facts.of(variant, None));
    }
    let place = format!(
        "in `[types.{name}]`, which is {}",
        if union { "a union" } else { "an enum" }
    );
    table.finish(&place, known)?;
    variants.sort_by_key(|variant| variant.hash);
    if variants.windows(2).any(|pair| pair[0].hash == pair[1].hash) {
        return Err(FileError::new(line, "two names have the same hash; rename one of them"));
    }
    let mut choice = Choice::new(name.to_owned().leak(), tagging, variants.leak());
    choice.open = open;
    let measured = types.around(Shape::Choice(leak(choice)), &parts, line)?;
    Ok(measured.and(choice.variants.len()))
}

fn tagging(table: &mut Table) -> Result<Tagging, FileError> {
    let tag = table.text("tag")?;
    let content = table.text("content")?;
    match (tag, content) {
        (None, None) => Ok(Tagging::External),
        (Some(tag), None) => Ok(Tagging::Internal(tag.value.leak())),
        (Some(tag), Some(content)) if tag.value == content.value => Err(FileError::new(
            content.line,
            "`tag` and `content` are two keys of one object; rename one",
        )),
        (Some(tag), Some(content)) => Ok(Tagging::Adjacent(tag.value.leak(), content.value.leak())),
        (None, Some(content)) => Err(FileError::new(content.line, "`content` needs a `tag` beside it")),
    }
}

/// What comes with the name: the fields in a table, or a type in a line.
fn content(
    types: &mut Types,
    name: &str,
    variant: &str,
    item: Item,
    unknown: Option<Unknown>,
) -> Result<Measured, FileError> {
    let path = format!("{}.{}", key(name), key(variant));
    match item.value {
        Value::Text(text) if text == "{}" => {
            types.finished(path, Fields::new(""), unknown.unwrap_or(Unknown::Ignored), item.line)
        }
        Value::Text(text) if unknown.is_none() => Grammar::new(&text, item.line, types).only_type(),
        Value::Text(_) => {
            let text = format!("`unknown_fields` of `{variant}` is for variants with fields; say it in the type");
            Err(FileError::new(item.line, text))
        }
        Value::Table(table) => {
            let mut fields = Fields::new(&format!("{path}."));
            for (key, item) in table.items {
                fields.add(types, key, item)?;
            }
            // With a dot, so that it is no handle and is written in place again.
            types.finished(path, fields, unknown.unwrap_or(Unknown::Ignored), item.line)
        }
        _ => Err(item.not(variant, "a type in quotes, or a table of fields")),
    }
}

/// What is rare about a name.
#[derive(Default)]
struct Facts {
    reads: Vec<super::table::At<String>>,
    catch_all: bool,
    never_written: bool,
    never_read: bool,
    unknown: Option<Unknown>,
}

impl Facts {
    fn of(self, name: String, content: Option<Shape>) -> Variant {
        let mut variant = Variant::new(name.leak(), content);
        variant.reads = names(self.reads, variant.name);
        variant.catch_all = self.catch_all;
        variant.never_written = self.never_written;
        variant.never_read = self.never_read;
        variant
    }
}

fn facts(variant: &str, item: Option<Item>, has_content: bool) -> Result<Facts, FileError> {
    let Some(item) = item else {
        return Ok(Facts::default());
    };
    let mut table = match item.value {
        Value::Table(table) => table,
        Value::Text(_) if has_content => {
            let text = format!("`{variant}` stands among the names and among the variants; remove one");
            return Err(FileError::new(item.line, text));
        }
        // The Rust name of the variant is welcome there, for people.
        Value::Text(text) if is_word(&text) => return Ok(Facts::default()),
        _ => return Err(item.not(variant, "`\"unit\"`, or a table of facts about the name")),
    };
    let flag = |table: &mut Table, key| Ok(table.flag(key)?.is_some_and(|flag| flag.value));
    let facts = Facts {
        reads: table.texts("reads")?,
        catch_all: flag(&mut table, "catch_all")?,
        never_written: flag(&mut table, "never_written")?,
        never_read: flag(&mut table, "never_read")?,
        unknown: if has_content { unknown_fields(&mut table)? } else { None },
    };
    table.finish(&format!("among the facts of the name `{variant}`"), &FACTS)?;
    Ok(facts)
}
