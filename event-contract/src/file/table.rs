use super::FileError;
use crate::suggest;
use std::collections::BTreeMap;

/// A table of a file, and what it holds; readers take items out of it and ask at the end what is left.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) line: usize,
    pub(super) made_by: MadeBy,
    pub(super) items: BTreeMap<String, Item>,
}

/// What a table came from; TOML makes none of them twice.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum MadeBy {
    /// The path of the header of another one: it can still get its own.
    #[default]
    Path,
    /// A header of its own.
    Header,
    /// Keys with dots.
    Keys,
}

/// A value and the line of its key.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Item>),
    Table(Table),
}

/// Something and where it stands.
#[derive(Debug)]
pub(super) struct At<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

impl Value {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Item {
    pub(super) fn not(&self, key: &str, wanted: &str) -> FileError {
        let is = self.value.kind();
        FileError::new(self.line, format!("`{key}` is {wanted}, not {is}"))
    }
}

impl Table {
    pub(super) fn text(&mut self, key: &str) -> Result<Option<At<String>>, FileError> {
        match self.items.remove(key) {
            None => Ok(None),
            Some(Item {
                line,
                value: Value::Text(value),
            }) => Ok(Some(At { line, value })),
            Some(other) => Err(other.not(key, "a text in quotes")),
        }
    }

    pub(super) fn needed(&mut self, key: &str, example: &str) -> Result<At<String>, FileError> {
        let missing = FileError::new(
            self.line.max(1),
            format!("`{key}` is missing; add `{key} = \"{example}\"`"),
        );
        self.text(key)?.ok_or(missing)
    }

    pub(super) fn integer(&mut self, key: &str, example: u32) -> Result<At<i64>, FileError> {
        match self.items.remove(key) {
            None => {
                let text = format!("`{key}` is missing; add `{key} = {example}`");
                Err(FileError::new(self.line.max(1), text))
            }
            Some(Item {
                line,
                value: Value::Integer(value),
            }) => Ok(At { line, value }),
            Some(other) => Err(other.not(key, "a whole number")),
        }
    }

    pub(super) fn flag(&mut self, key: &str) -> Result<Option<At<bool>>, FileError> {
        match self.items.remove(key) {
            None => Ok(None),
            Some(Item {
                line,
                value: Value::Flag(value),
            }) => Ok(Some(At { line, value })),
            Some(other) => Err(other.not(key, "`true` or `false`")),
        }
    }

    pub(super) fn list(&mut self, key: &str) -> Result<Option<At<Vec<Item>>>, FileError> {
        match self.items.remove(key) {
            None => Ok(None),
            Some(Item {
                line,
                value: Value::List(value),
            }) => Ok(Some(At { line, value })),
            Some(other) => Err(other.not(key, "a list, such as `[\"a\", \"b\"]`")),
        }
    }

    /// A list of texts, sorted; none stands there twice.
    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<At<String>>, FileError> {
        let mut texts: Vec<At<String>> = Vec::new();
        for item in self.list(key)?.map(|list| list.value).unwrap_or_default() {
            let line = item.line;
            match item.value {
                Value::Text(value) => texts.push(At { line, value }),
                _ => return Err(item.not(&format!("{key}[]"), "a text in quotes")),
            }
        }
        texts.sort_by(|a, b| (&a.value, a.line).cmp(&(&b.value, b.line)));
        let twice = texts.windows(2).find(|pair| pair[0].value == pair[1].value);
        if let Some([first, second]) = twice {
            let text = format!(
                "`{}` stands in `{key}` twice, first on line {}; remove one",
                second.value, first.line
            );
            return Err(FileError::new(second.line, text));
        }
        Ok(texts)
    }

    pub(super) fn table(&mut self, key: &str) -> Result<Option<Self>, FileError> {
        match self.items.remove(key) {
            None => Ok(None),
            Some(Item {
                value: Value::Table(table),
                ..
            }) => Ok(Some(table)),
            Some(other) => Err(other.not(key, "a table, with a header of its own")),
        }
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, FileError> {
        let Some(given) = self.text(key)? else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| *word == given.value);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let text = format!("`{}` is no `{key}`; {}", given.value, hint(&given.value, &known));
            FileError::new(given.line, text)
        })
    }

    /// Nothing may be left; `place` is where, for people, and `known` what might have stood there.
    pub(super) fn finish(self, place: &str, known: &[&str]) -> Result<(), FileError> {
        let first = self.items.into_iter().min_by_key(|(_, item)| item.line);
        first.map_or(Ok(()), |(key, item)| {
            let text = format!("`{key}` is not known {place}; {}", hint(&key, known));
            Err(FileError::new(item.line, text))
        })
    }
}

/// The near miss, or everything that is known.
pub(super) fn hint(given: &str, known: &[&str]) -> String {
    match suggest(given, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => {
            let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
            format!("known: {}", words.join(", "))
        }
    }
}
