use super::grammar::{Grammar, Suffix};
use super::table::{At, Item, Table, Value};
use super::types::{Measured, Types};
use super::{FileError, key};
use crate::shape::Field;
use crate::{Absent, Shape, Written};

/// The fields of an object, as they are read.
pub(super) struct Fields {
    /// What comes before their names in the list `sensitive`.
    path: String,
    fields: Vec<(Field, usize)>,
    parts: Vec<Measured>,
}

/// Every key of the table of a field.
const FACTS: [&str; 7] = ["type", "written", "null", "absent", "default", "writes", "reads"];

impl Fields {
    pub(super) fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            fields: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// A field, from its line or from its table.
    pub(super) fn add(&mut self, types: &mut Types, name: String, item: Item) -> Result<(), FileError> {
        let path = format!("{}{}", self.path, key(&name));
        let line = item.line;
        let (mut field, measured) = match item.value {
            Value::Text(text) => from_line(types, name, &text, line)?,
            Value::Table(table) => from_table(types, name, table)?,
            _ => return Err(item.not(&name, "a type, such as `\"string\"`")),
        };
        field.sensitive = types.sensitive.remove(&path).is_some();
        types.paths.insert(path);
        self.fields.push((field, line));
        self.parts.push(measured);
        Ok(())
    }

    /// By hash, as checks expect them.
    pub(super) fn sorted(mut self, line: usize) -> Result<(Vec<Field>, Vec<Measured>), FileError> {
        self.fields.sort_by_key(|(field, _)| field.hash);
        if self.fields.windows(2).any(|pair| pair[0].0.hash == pair[1].0.hash) {
            return Err(FileError::new(line, "two names have the same hash; rename one of them"));
        }
        let fields = self.fields.into_iter().map(|(field, _)| field).collect();
        Ok((fields, self.parts))
    }
}

fn from_line(types: &mut Types, name: String, text: &str, line: usize) -> Result<(Field, Measured), FileError> {
    let (measured, suffix) = Grammar::new(text, line, types).field()?;
    let mut field = Field::new(name.leak(), measured.shape);
    let optional = matches!(measured.shape, Shape::Optional(_));
    if optional {
        field.written = Written::Sometimes;
    }
    match suffix {
        Suffix::None => {}
        Suffix::Absent if optional => field.null = false,
        Suffix::Absent => {
            let text = format!("`= absent` is for optional types: `{text}` needs a `?` after the type, or `= default`");
            return Err(FileError::new(line, text));
        }
        Suffix::Default(path) => {
            field = field.with_default(path.leak());
            field.written = Written::Sometimes;
        }
    }
    Ok((field, measured))
}

/// `type` as in a line; the other keys say what is different.
fn from_table(types: &mut Types, name: String, mut table: Table) -> Result<(Field, Measured), FileError> {
    let other = table.items.keys().find(|key| !FACTS.contains(&key.as_str()));
    if let (false, Some(other)) = (table.items.contains_key("type"), other) {
        let text = format!(
            "a name with a dot in it goes in quotes: `\"{name}.{other}\"`; a field has facts, and first of all its `type`"
        );
        return Err(FileError::new(table.line, text));
    }
    let At { line, value: ty } = table.needed("type", "string")?;
    let place = format!("among the facts of the field `{name}`");
    let (mut field, measured) = from_line(types, name, &ty, line)?;
    let written = [
        ("always", Written::Always),
        ("sometimes", Written::Sometimes),
        ("never", Written::Never),
    ];
    if let Some(written) = table.word("written", &written)? {
        field.written = written;
    }
    if let Some(null) = table.flag("null")? {
        field.null = null.value;
    }
    let absent = [
        ("refused", Absent::Refused),
        ("accepted", Absent::Accepted),
        ("ignored", Absent::Ignored),
    ];
    if let Some(default) = table.text("default")? {
        if field.default.is_some() {
            let text = "the default stands in `type` already; remove one of the two";
            return Err(FileError::new(default.line, text));
        }
        field = field.with_default(default.value.leak());
    }
    if let Some(absent) = table.word("absent", &absent)? {
        field.absent = absent;
    }
    field.writes = names(table.texts("writes")?, field.name);
    field.reads = names(table.texts("reads")?, field.name);
    table.finish(&place, &FACTS)?;
    Ok((field, measured))
}

/// Nothing when that is just the own name.
pub(super) fn names(names: Vec<At<String>>, own: &str) -> &'static [&'static str] {
    let names: Vec<&'static str> = names.into_iter().map(|name| &*name.value.leak()).collect();
    if names == [own] { &[] } else { names.leak() }
}
