use super::field::names;
use super::table::{At, Table, Value, hint};
use super::types::Types;
use super::{FORMAT, FileError, ViewFile, toml};
use crate::{Allowed, Committed, Object, Reader, Shape, Status, Version, check_event_name, check_word, split_type};
use std::collections::BTreeMap;

/// Reads a contract file.
///
/// What it returns lives as long as the process: a file is read once per build or command, and constants and files can
/// then be judged by the same rules. So do not call it in a loop over the same text.
///
/// # Errors
///
/// The first mistake, with its line and what to do about it. No text makes it panic or run for long.
pub fn parse(text: &str) -> Result<Committed, FileError> {
    let mut top = toml::read(text)?;
    let Head { event, version } = head(&mut top, false)?;
    let type_name = top.text("type")?;
    if let Some(given) = type_name
        && !is_type(&given.value, &event, version)
    {
        let text = format!("`type` is `{event}.{version}` here, not `{}`", given.value);
        return Err(FileError::new(given.line, text));
    }
    let status = [Status::Draft, Status::Live, Status::Retired].map(|status| (status.word(), status));
    let Some(status) = top.word("status", &status)? else {
        let text = "`status` is missing; add `status = \"draft\"`, `\"live\"` or `\"retired\"`";
        return Err(FileError::new(1, text));
    };
    let owner = top.text("owner")?.map(|owner| owner.value).unwrap_or_default();
    let summary = top.text("summary")?.map(|summary| summary.value).unwrap_or_default();
    let key = top.text("key")?;
    let sequence = top.text("sequence")?;
    let upcast_from = upcast_from(&mut top, version)?;
    let reserved = reserved(&mut top)?;
    let allowed = allowed(&mut top)?;
    let data = body(top, &TOP)?;
    Ok(Committed {
        event: event.leak(),
        version,
        status,
        owner: owner.leak(),
        summary: summary.leak(),
        key: field_of(data, "key", key)?,
        sequence: field_of(data, "sequence", sequence)?,
        upcast_from,
        data,
        reserved,
        allowed,
    })
}

/// Reads a view that a consumer elsewhere recorded: the same form with `kind = "view"` and `consumer`.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_view(text: &str) -> Result<ViewFile, FileError> {
    let mut top = toml::read(text)?;
    let Head { event, version } = head(&mut top, true)?;
    let consumer = top.needed("consumer", "service.view")?;
    let (service, view) = consumer.value.split_once('.').unwrap_or((&consumer.value, ""));
    if check_word(service).is_err() || (!view.is_empty() && check_word(view).is_err()) || consumer.value.ends_with('.')
    {
        let text = format!(
            "`consumer` is a service and its view, such as `billing.charge`, not `{}`",
            consumer.value
        );
        return Err(FileError::new(consumer.line, text));
    }
    let data = body(top, &TOP_OF_VIEW)?;
    let consumer = consumer.value.leak();
    Ok(ViewFile {
        event: event.leak(),
        version,
        reader: Reader { consumer, data },
    })
}

/// Every key at the top of a contract.
const TOP: [&str; 15] = [
    "format",
    "event",
    "version",
    "type",
    "status",
    "owner",
    "summary",
    "key",
    "sequence",
    "upcast_from",
    "sensitive",
    "data",
    "types",
    "reserved",
    "allow",
];

/// Every key at the top of a view.
const TOP_OF_VIEW: [&str; 8] = [
    "format",
    "kind",
    "consumer",
    "event",
    "version",
    "sensitive",
    "data",
    "types",
];

struct Head {
    event: String,
    version: Version,
}

/// What tells files apart.
fn head(top: &mut Table, view: bool) -> Result<Head, FileError> {
    // Before `format`, so that a slip in its name is told as one.
    let known: &[&str] = if view { &TOP_OF_VIEW } else { &TOP };
    let is_view = top
        .items
        .remove("kind")
        .is_some_and(|kind| matches!(kind.value, Value::Text(kind) if kind == "view"));
    if is_view != view {
        let text = match view {
            true => "this is no view; a view has `kind = \"view\"`",
            false => "this is the view of a consumer, not a contract; it belongs under `contracts/views/`",
        };
        return Err(FileError::new(1, text));
    }
    let unknown = top.items.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    if let Some((key, item)) = unknown.min_by_key(|(_, item)| item.line) {
        let text = format!("`{key}` is not known at the top of the file; {}", hint(key, known));
        return Err(FileError::new(item.line, text));
    }
    let format = top.integer("format", FORMAT)?;
    if format.value != i64::from(FORMAT) {
        let text = format!(
            "`format = {}` is of another release; this one knows {FORMAT}, so update `event-runtime`",
            format.value
        );
        return Err(FileError::new(format.line, text));
    }
    let event = top.needed("event", "order.placed")?;
    if let Err(error) = check_event_name(&event.value) {
        return Err(FileError::new(
            event.line,
            format!("`{}` is no event: {error}", event.value),
        ));
    }
    let version = top.integer("version", 1)?;
    let version = self::version(version)?;
    Ok(Head {
        event: event.value,
        version,
    })
}

fn version(given: At<i64>) -> Result<Version, FileError> {
    let version = u32::try_from(given.value).ok().and_then(Version::new);
    version.ok_or_else(|| {
        FileError::new(
            given.line,
            format!("`{}` is no version; they count from 1", given.value),
        )
    })
}

/// `order.placed.v2`, or the same after a prefix of the organisation.
fn is_type(given: &str, event: &str, version: Version) -> bool {
    split_type(given).is_some_and(|(name, given)| {
        let prefix = name.strip_suffix(event);
        given == version && prefix.is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.'))
    })
}

fn upcast_from(top: &mut Table, own: Version) -> Result<&'static [Version], FileError> {
    let mut versions = Vec::new();
    for item in top.list("upcast_from")?.map(|list| list.value).unwrap_or_default() {
        let Value::Integer(value) = item.value else {
            return Err(item.not("upcast_from[]", "a whole number"));
        };
        let older = version(At { line: item.line, value })?;
        if older >= own || versions.contains(&older) {
            let text = format!("`upcast_from` lists versions before {own}, each once, and `{value}` is not");
            return Err(FileError::new(item.line, text));
        }
        versions.push(older);
    }
    versions.sort();
    Ok(versions.leak())
}

fn reserved(top: &mut Table) -> Result<&'static [&'static str], FileError> {
    let Some(mut table) = top.table("reserved")? else {
        return Ok(&[]);
    };
    let fields = table.texts("fields")?;
    table.finish("in `[reserved]`", &["fields"])?;
    Ok(names(fields, ""))
}

fn allowed(top: &mut Table) -> Result<&'static [Allowed], FileError> {
    let mut allowed = Vec::new();
    for (key, item) in top.table("allow")?.map(|table| table.items).unwrap_or_default() {
        let Value::Text(reason) = item.value else {
            return Err(item.not(&key, "the reason why the change breaks nobody"));
        };
        if reason.trim().is_empty() {
            let text = format!("`{key}` needs a reason: why does the change break nobody?");
            return Err(FileError::new(item.line, text));
        }
        let (rule, path) = key.split_once(' ').unwrap_or((&key, ""));
        allowed.push(Allowed {
            rule: rule.to_owned().leak(),
            path: path.to_owned().leak(),
            reason: reason.leak(),
        });
    }
    Ok(allowed.leak())
}

/// What is left at the top: the body, its types, and which fields are sensitive.
fn body(mut top: Table, known: &[&str]) -> Result<&'static Object, FileError> {
    let sensitive = top.texts("sensitive")?;
    let sensitive: BTreeMap<String, usize> = sensitive.into_iter().map(|path| (path.value, path.line)).collect();
    let mut types = Types::new(top.table("types")?, sensitive)?;
    let Some(data) = top.table("data")? else {
        return Err(FileError::new(
            1,
            "`[data]` is missing, which says what the body looks like",
        ));
    };
    let data = types.object("data".to_owned(), "", "in `[data]`", data)?;
    types.rest()?;
    top.finish("at the top of the file", known)?;
    match data.shape {
        Shape::Object(object) => Ok(object),
        _ => Err(FileError::new(1, "`[data]` is no object")),
    }
}

/// A field that a key at the top names.
fn field_of(data: &Object, key: &str, given: Option<At<String>>) -> Result<Option<&'static str>, FileError> {
    let Some(given) = given else {
        return Ok(None);
    };
    let known: Vec<&str> = data
        .fields
        .iter()
        .flat_map(|field| field.writes.iter().copied().chain([field.name]))
        .collect();
    if !known.contains(&given.value.as_str()) {
        let text = format!(
            "`{key}` names no field `{}`; {}",
            given.value,
            hint(&given.value, &known)
        );
        return Err(FileError::new(given.line, text));
    }
    Ok(Some(given.value.leak()))
}
