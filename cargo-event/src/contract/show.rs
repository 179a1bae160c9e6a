use super::files::{Entry, Folder, entries, split};
use super::pick::unknown;
use crate::error::{Outcome, Result};
use crate::opt;
use crate::output::{self, Output};
use crate::project::Project;
use event_contract::{Absent, Object, Reader, Shape, ShapeField as Field, Unknown, Written};
use serde::Serialize;

#[derive(Serialize)]
struct Shown {
    event: &'static str,
    version: u32,
    status: &'static str,
    owner: &'static str,
    summary: &'static str,
    key: Option<&'static str>,
    sequence: Option<&'static str>,
    fields: Vec<ShownField>,
    reserved: &'static [&'static str],
    read_by: Vec<&'static str>,
    file: String,
}

#[derive(Serialize)]
struct ShownField {
    field: String,
    #[serde(rename = "type")]
    ty: String,
    written: &'static str,
    absent: &'static str,
    sensitive: bool,
    read_by: Vec<&'static str>,
}

pub(super) fn run(opt: &opt::Show, project: &Project, output: Output) -> Result<Outcome> {
    let (event, version) = split(&opt.event);
    let mut folders = Vec::new();
    for path in project.all_contracts() {
        for producer in entries(&path.join("vendor"))?
            .iter()
            .filter(|producer| producer.is_dir())
        {
            folders.push(Folder::read(producer)?);
        }
        folders.insert(0, Folder::read(&path)?);
    }
    let is_it = |entry: &&Entry| {
        entry.committed.event == event && version.is_none_or(|version| entry.committed.version == version)
    };
    let found = folders.iter().find_map(|folder| {
        let newest = folder
            .contracts
            .iter()
            .filter(is_it)
            .max_by_key(|entry| entry.committed.version);
        newest.map(|entry| (folder, entry))
    });
    let known = || {
        folders
            .iter()
            .flat_map(|folder| &folder.contracts)
            .map(|entry| entry.committed.event)
    };
    let (folder, entry) = found.ok_or_else(|| unknown(&opt.event, known()))?;
    let shown = shown(project, folder, entry);
    print(&shown, output);
    output.value(&shown)?;
    Ok(Outcome::Fine)
}

fn shown(project: &Project, folder: &Folder, entry: &Entry) -> Shown {
    let committed = &entry.committed;
    let readers = folder.readers(committed.event, committed.version);
    let mut fields = Vec::new();
    walk(&mut fields, committed.data, "", &readers, 0);
    Shown {
        event: committed.event,
        version: committed.version.get(),
        status: committed.status.word(),
        owner: committed.owner,
        summary: committed.summary,
        key: committed.key,
        sequence: committed.sequence,
        fields,
        reserved: committed.reserved,
        read_by: readers.iter().map(|reader| reader.consumer).collect(),
        file: project.shown(&entry.path),
    }
}

/// The fields of an object and of the objects inside: `lines[].sku`.
fn walk(into: &mut Vec<ShownField>, object: &Object, at: &str, readers: &[Reader], depth: usize) {
    let mut fields: Vec<_> = object.fields.iter().collect();
    fields.sort_by_key(|field| field.name);
    for field in fields {
        let path = format!("{at}{}", field.name);
        let reading = |reader: &&Reader| reads(reader.data, &path);
        into.push(ShownField {
            ty: field.shape.to_string(),
            written: written(field),
            absent: absent(field),
            sensitive: field.sensitive,
            read_by: readers.iter().filter(reading).map(|reader| reader.consumer).collect(),
            field: path.clone(),
        });
        // No contract is deeper: the parser refuses types that contain themselves.
        if let (Some((inner, joint)), true) = (inside(&field.shape), depth < 16) {
            walk(into, inner, &format!("{path}{joint}"), readers, depth + 1);
        }
    }
    if object.unknown == Unknown::Kept {
        into.push(ShownField {
            field: format!("{at}*"),
            ty: Shape::Any.to_string(),
            written: "sometimes",
            absent: "accepted",
            sensitive: false,
            read_by: Vec::new(),
        });
    }
}

fn written(field: &Field) -> &'static str {
    match (field.written, field.null) {
        (Written::Always, false) => "always",
        (Written::Always, true) => "always, or null",
        (Written::Sometimes, false) => "sometimes",
        (Written::Sometimes, true) => "sometimes, or null",
        (Written::Never, _) => "never",
    }
}

fn absent(field: &Field) -> &'static str {
    match field.absent {
        Absent::Refused => "refused",
        Absent::Accepted => "accepted",
        Absent::Ignored => "not read",
    }
}

/// The object inside a shape, and how its fields follow the path.
fn inside(shape: &Shape) -> Option<(&'static Object, &'static str)> {
    match *shape {
        Shape::Object(object) => Some((object, ".")),
        Shape::Optional(inner) | Shape::Nullable(inner) => inside(inner),
        Shape::List(item) | Shape::Set(item) | Shape::Array(item, _) => inside(item).map(|(object, _)| (object, "[].")),
        Shape::Map(_, value) => inside(value).map(|(object, _)| (object, "{}.")),
        _ => None,
    }
}

/// Whether a view has the field at `path`.
fn reads(object: &Object, path: &str) -> bool {
    let first = path.split(['.', '[', '{']).next().unwrap_or(path);
    let rest = path[first.len()..].trim_start_matches(['[', ']', '{', '}', '.']);
    let named = |field: &&Field| field.name == first || field.reads.contains(&first);
    object
        .fields
        .iter()
        .find(named)
        .is_some_and(|field| rest.is_empty() || inside(&field.shape).is_some_and(|(inner, _)| reads(inner, rest)))
}

fn print(shown: &Shown, output: Output) {
    let list = |words: &[&str]| {
        if words.is_empty() {
            "-".to_owned()
        } else {
            words.join(", ")
        }
    };
    let or = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("-").to_owned();
    for (name, value) in [
        ("event", format!("{} v{}", shown.event, shown.version)),
        ("status", shown.status.to_owned()),
        ("what happened", or(Some(shown.summary))),
        ("owner", or(Some(shown.owner))),
        ("key", or(shown.key)),
        ("sequence", or(shown.sequence)),
        ("reserved", list(shown.reserved)),
        ("read by", list(&shown.read_by)),
        ("file", shown.file.clone()),
    ] {
        output.line(format_args!("{name:>13}  {value}"));
    }
    let mut table = output::table(&["field", "type", "written", "absence", "sensitive", "read by"]);
    for field in &shown.fields {
        table.add_row([
            field.field.as_str(),
            &field.ty,
            field.written,
            field.absent,
            if field.sensitive { "yes" } else { "-" },
            &list(&field.read_by),
        ]);
    }
    output.line("");
    output.table(&table);
}
