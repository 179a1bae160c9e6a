//! The subset of TOML that contract files are written in: tables, and in them texts, whole numbers, flags and lists.
//!
//! What TOML has beyond that is refused with the way to write it here. Everything read here means the same to any reader of
//! TOML.

use super::scan::Scanner;
use super::table::{Item, Table, Value};
use super::{FileError, LARGEST};

/// The longest path in a header; contracts need five.
const DEEPEST: usize = 8;

pub(super) fn read(text: &str) -> Result<Table, FileError> {
    if text.len() > LARGEST {
        let text = format!("the file has {} bytes; a contract has at most {LARGEST}", text.len());
        return Err(FileError::new(1, text));
    }
    no_conflict(text)?;
    let mut scanner = Scanner::new(text);
    let mut top = Table::default();
    let mut open: Vec<String> = Vec::new();
    loop {
        scanner.skip_lines()?;
        let line = scanner.line;
        if scanner.at_end() {
            return Ok(top);
        }
        if scanner.eat('[') {
            open = header(&mut scanner)?;
            enter(&mut top, &open, line, true)?;
        } else {
            let key = scanner.key()?;
            scanner.skip_spaces();
            if scanner.eat('.') {
                let text = format!("a name with a dot in it goes in quotes, and `{key}` of a table below its header");
                return Err(FileError::new(line, text));
            }
            if !scanner.eat('=') {
                return Err(FileError::new(line, format!("`{key}` needs a value: `{key} = \"..\"`")));
            }
            let value = value(&mut scanner, &key)?;
            insert(enter(&mut top, &open, line, false)?, key, Item { line, value })?;
        }
        scanner.end_line()?;
    }
}

/// Markers that git leaves stand at the start of a line, where TOML has nothing alike.
fn no_conflict(text: &str) -> Result<(), FileError> {
    const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let marked = |line: &str| MARKERS.iter().any(|marker| line.starts_with(marker));
    match text.lines().position(marked) {
        None => Ok(()),
        Some(at) => Err(FileError::new(
            at + 1,
            "a merge conflict is left in the file; keep the lines of both sides, remove the markers, \
             and let `cargo event contract check` judge the result",
        )),
    }
}

/// What stands between the brackets.
fn header(scanner: &mut Scanner<'_>) -> Result<Vec<String>, FileError> {
    let line = scanner.line;
    if scanner.eat('[') {
        return Err(FileError::new(
            line,
            "a contract has no lists of tables: write `[name]`",
        ));
    }
    let mut path = Vec::new();
    loop {
        scanner.skip_spaces();
        path.push(scanner.key()?);
        scanner.skip_spaces();
        if path.len() > DEEPEST {
            return Err(FileError::new(line, "no table of a contract lies that deep"));
        }
        if scanner.eat(']') {
            return Ok(path);
        }
        if !scanner.eat('.') {
            return Err(FileError::new(line, "a header is `[name]` or `[name.name]`"));
        }
    }
}

/// The table at `path`; the tables on the way there need no header.
fn enter<'t>(top: &'t mut Table, path: &[String], line: usize, by_header: bool) -> Result<&'t mut Table, FileError> {
    let mut table = top;
    for key in path {
        let new = || Item {
            line,
            value: Value::Table(Table {
                line,
                ..Table::default()
            }),
        };
        let item = table.items.entry(key.clone()).or_insert_with(new);
        match &mut item.value {
            Value::Table(inner) => table = inner,
            other => {
                let text = format!(
                    "`{key}` is {} on line {}, it cannot be a table too",
                    other.kind(),
                    item.line
                );
                return Err(FileError::new(line, text));
            }
        }
    }
    if by_header {
        if table.has_header {
            let text = format!(
                "`[{}]` stands there twice, first on line {}; put the lines of both under one",
                path.join("."),
                table.line
            );
            return Err(FileError::new(line, text));
        }
        table.has_header = true;
        table.line = line;
    }
    Ok(table)
}

fn insert(table: &mut Table, key: String, item: Item) -> Result<(), FileError> {
    match table.items.get(&key) {
        None => {
            table.items.insert(key, item);
            Ok(())
        }
        Some(first) => {
            let text = format!("`{key}` stands there twice, first on line {}; remove one", first.line);
            Err(FileError::new(item.line, text))
        }
    }
}

fn value(scanner: &mut Scanner<'_>, key: &str) -> Result<Value, FileError> {
    scanner.skip_spaces();
    if scanner.eat('[') {
        return list(scanner, key);
    }
    single(scanner, key)
}

fn list(scanner: &mut Scanner<'_>, key: &str) -> Result<Value, FileError> {
    let start = scanner.line;
    let mut items = Vec::new();
    loop {
        scanner.skip_lines()?;
        let line = scanner.line;
        if scanner.eat(']') {
            return Ok(Value::List(items));
        }
        if scanner.at_end() {
            return Err(FileError::new(
                start,
                format!("the list of `{key}` has no end; add `]`"),
            ));
        }
        let value = single(scanner, key)?;
        items.push(Item { line, value });
        scanner.skip_lines()?;
        if !scanner.eat(',') && !scanner.sees(']') && !scanner.at_end() {
            let text = format!("between two entries of `{key}` stands a comma");
            return Err(FileError::new(scanner.line, text));
        }
    }
}

fn single(scanner: &mut Scanner<'_>, key: &str) -> Result<Value, FileError> {
    let line = scanner.line;
    if scanner.sees('"') || scanner.sees('\'') {
        return Ok(Value::Text(scanner.text()?));
    }
    if scanner.sees('{') {
        let text = format!("a table has a header of its own: `[{key}]`");
        return Err(FileError::new(line, text));
    }
    if scanner.sees('[') {
        return Err(FileError::new(line, "a contract has no lists of lists"));
    }
    let word = scanner.bare_value();
    match word {
        "true" => Ok(Value::Flag(true)),
        "false" => Ok(Value::Flag(false)),
        _ => match number(word) {
            Some(number) => Ok(Value::Integer(number)),
            None => Err(FileError::new(
                line,
                format!("`{key}` needs a text in quotes, a whole number, `true` or `false`, not `{word}`"),
            )),
        },
    }
}

/// `-12_000`, but neither `012` nor `1__2`.
fn number(word: &str) -> Option<i64> {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let zero_first = digits.len() > 1 && digits.starts_with('0');
    let group = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    if zero_first || !digits.split('_').all(group) {
        return None;
    }
    word.replace('_', "").parse().ok()
}
