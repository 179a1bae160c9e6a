//! The subset of TOML that contract files are written in: tables, and in them texts, whole numbers, flags and lists.
//!
//! What TOML has beyond that is refused with the way to write it here. Everything read here means the same to any reader of
//! TOML.

use super::scan::Scanner;
use super::table::{Item, MadeBy, Table, Value};
use super::{FileError, LARGEST};

/// The longest path of names; contracts need six.
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
            open = path(&mut scanner, ']')?;
            begin(&mut top, &open, line)?;
        } else {
            let keys = path(&mut scanner, '=')?;
            let value = value(&mut scanner, &keys.join("."))?;
            insert(&mut top, &open, keys, Item { line, value })?;
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

/// Names with dots between them, up to the bracket of a header or the sign of a value.
fn path(scanner: &mut Scanner<'_>, end: char) -> Result<Vec<String>, FileError> {
    let line = scanner.line;
    if end == ']' && scanner.sees('[') {
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
        if scanner.eat(end) {
            return Ok(path);
        }
        if !scanner.eat('.') {
            let text = match end {
                ']' => "a header is `[name]` or `[name.name]`".to_owned(),
                _ => format!("`{0}` needs a value: `{0} = \"..\"`", path.join(".")),
            };
            return Err(FileError::new(line, text));
        }
    }
}

/// Begins the table of a header; those on the way there need none.
fn begin(top: &mut Table, path: &[String], line: usize) -> Result<(), FileError> {
    let mut table = top;
    for key in path {
        table = inner(table, key, line, MadeBy::Path)?;
    }
    if table.made_by != MadeBy::Path {
        let text = format!(
            "`[{}]` stands there twice, first on line {}; put the lines of both under one",
            path.join("."),
            table.line
        );
        return Err(FileError::new(line, text));
    }
    table.made_by = MadeBy::Header;
    table.line = line;
    Ok(())
}

/// The table under a key, or a new one.
fn inner<'t>(table: &'t mut Table, key: &str, line: usize, made_by: MadeBy) -> Result<&'t mut Table, FileError> {
    let new = || Item {
        line,
        value: Value::Table(Table {
            line,
            made_by,
            ..Table::default()
        }),
    };
    let item = table.items.entry(key.to_owned()).or_insert_with(new);
    match &mut item.value {
        Value::Table(inner) => Ok(inner),
        other => {
            let text = format!(
                "`{key}` is {} on line {}, it cannot be a table too",
                other.kind(),
                item.line
            );
            Err(FileError::new(line, text))
        }
    }
}

fn insert(top: &mut Table, open: &[String], mut keys: Vec<String>, item: Item) -> Result<(), FileError> {
    let line = item.line;
    let mut table = top;
    for key in open {
        table = inner(table, key, line, MadeBy::Path)?;
    }
    let last = keys.pop().unwrap_or_default();
    for key in &keys {
        table = inner(table, key, line, MadeBy::Keys)?;
        if table.made_by != MadeBy::Keys {
            let text = format!("`{key}` has a header on line {}; put this line below it", table.line);
            return Err(FileError::new(line, text));
        }
    }
    if let Some(first) = table.items.get(&last) {
        keys.push(last);
        let text = format!(
            "`{}` stands there twice, first on line {}; remove one",
            keys.join("."),
            first.line
        );
        return Err(FileError::new(line, text));
    }
    table.items.insert(last, item);
    Ok(())
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
