use super::field::Fields;
use super::grammar::leak;
use super::table::{Table, Value, hint};
use super::variant;
use super::{FileError, key, words};
use crate::{Object, Shape, Unknown};
use std::collections::{BTreeMap, BTreeSet};

/// How deep types may lie in each other. Checks walk them by recursion, also in constants.
const DEEPEST: usize = 48;

/// How many nodes a contract may have once every handle is replaced by its type. A type that holds two of the next one,
/// thirty times, is small as a file and would keep the compiler busy for hours.
const LARGEST: usize = 50_000;

/// A shape with its size, so that files cannot ask for unbounded work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) shape: Shape,
    height: usize,
    nodes: usize,
}

impl Measured {
    pub(super) fn leaf(shape: Shape) -> Self {
        Self {
            shape,
            height: 0,
            nodes: 1,
        }
    }

    /// With so many more parts that have no size of their own.
    pub(super) fn and(mut self, more: usize) -> Self {
        self.nodes = self.nodes.saturating_add(more);
        self
    }
}

/// The types of a file, resolved where they are first named.
#[derive(Debug)]
pub(super) struct Types {
    states: BTreeMap<String, State>,
    /// How many are being resolved.
    open: usize,
    /// Paths of the `sensitive` list that no field has claimed yet, with their lines.
    pub(super) sensitive: BTreeMap<String, usize>,
    /// Every path that a field has, for "did you mean".
    pub(super) paths: BTreeSet<String>,
}

#[derive(Debug)]
enum State {
    Raw(Table),
    /// Being resolved: naming it again is recursion.
    Open,
    Done(Measured),
}

impl Types {
    /// `[types]`, not yet resolved.
    pub(super) fn new(table: Option<Table>, sensitive: BTreeMap<String, usize>) -> Result<Self, FileError> {
        let mut states = BTreeMap::new();
        for (name, item) in table.map(|table| table.items).unwrap_or_default() {
            if !words::is_handle(&name) {
                let text = format!("a type cannot be called `{name}`; take a word with a capital letter");
                return Err(FileError::new(item.line, text));
            }
            match item.value {
                Value::Table(table) => states.insert(name, State::Raw(table)),
                _ => return Err(item.not(&name, &format!("a table: `[types.{name}]`"))),
            };
        }
        Ok(Self {
            states,
            open: 0,
            sensitive,
            paths: BTreeSet::new(),
        })
    }

    /// The type of this name.
    pub(super) fn named(&mut self, name: &str, line: usize) -> Result<Measured, FileError> {
        let Some(state) = self.states.get_mut(name) else {
            let mut known: Vec<&str> = self.states.keys().map(String::as_str).collect();
            for word in words::all() {
                known.push(word);
            }
            let hint = match hint(name, &known) {
                near if near.starts_with("did") => near,
                _ => format!("add a table `[types.{name}]`"),
            };
            return Err(FileError::new(line, format!("there is no type `{name}`; {hint}")));
        };
        let table = match std::mem::replace(state, State::Open) {
            State::Done(measured) => {
                *state = State::Done(measured);
                return Ok(measured);
            }
            State::Open => {
                let text = format!("`{name}` holds itself; contracts of recursive types are not supported");
                return Err(FileError::new(line, text));
            }
            State::Raw(table) => table,
        };
        if self.open > DEEPEST {
            return Err(FileError::new(
                line,
                format!("`{name}` lies deeper than {DEEPEST} types"),
            ));
        }
        self.open += 1;
        let measured = self.resolve(name, table)?;
        self.open -= 1;
        self.states.insert(name.to_owned(), State::Done(measured));
        Ok(measured)
    }

    /// Types that nothing names are read too, so that a mistake in them is not kept for later.
    pub(super) fn rest(&mut self) -> Result<(), FileError> {
        let raw = |(name, state): (&String, &State)| match state {
            State::Raw(table) => Some((name.clone(), table.line)),
            _ => None,
        };
        let rest: Vec<(String, usize)> = self.states.iter().filter_map(raw).collect();
        for (name, line) in rest {
            self.named(&name, line)?;
        }
        let left = self.sensitive.iter().min_by_key(|(_, line)| **line);
        left.map_or(Ok(()), |(path, line)| {
            let known: Vec<&str> = self.paths.iter().map(String::as_str).collect();
            let text = format!("`sensitive` names no field `{path}`; {}", hint(path, &known));
            Err(FileError::new(*line, text))
        })
    }

    fn resolve(&mut self, name: &str, mut table: Table) -> Result<Measured, FileError> {
        let line = table.line;
        let kinds = [("object", Kind::Object), ("enum", Kind::Enum), ("union", Kind::Union)];
        let Some(kind) = table.word("kind", &kinds)? else {
            let text = format!("`kind` of `{name}` is missing; add `kind = \"object\"`, `\"enum\"` or `\"union\"`");
            return Err(FileError::new(line, text));
        };
        match kind {
            Kind::Object => {
                let place = format!("in `[types.{name}]`");
                self.object(name.to_owned(), &format!("{}.", key(name)), &place, table)
            }
            Kind::Enum => variant::choice(self, name, table, false),
            Kind::Union => variant::choice(self, name, table, true),
        }
    }

    /// An object from `unknown_fields` and `fields`; `path` comes before the names of its fields in `sensitive`.
    pub(super) fn object(
        &mut self,
        name: String,
        path: &str,
        place: &str,
        mut table: Table,
    ) -> Result<Measured, FileError> {
        let line = table.line;
        let unknown = unknown_fields(&mut table)?.unwrap_or(Unknown::Ignored);
        let mut fields = Fields::new(path);
        for (key, item) in table.table("fields")?.map(|fields| fields.items).unwrap_or_default() {
            fields.add(self, key, item)?;
        }
        table.finish(place, &["fields", "unknown_fields"])?;
        self.finished(name, fields, unknown, line)
    }

    /// The object of these fields.
    pub(super) fn finished(
        &mut self,
        name: String,
        fields: Fields,
        unknown: Unknown,
        line: usize,
    ) -> Result<Measured, FileError> {
        let (fields, parts) = fields.sorted(line)?;
        let object = Object::new(name.leak(), fields.leak()).with_unknown(unknown);
        self.around(Shape::Object(leak(object)), &parts, line)
    }

    /// The size of something that holds `parts`.
    pub(super) fn around(&self, shape: Shape, parts: &[Measured], line: usize) -> Result<Measured, FileError> {
        let height = 1 + parts.iter().map(|part| part.height).max().unwrap_or(0);
        let nodes = parts.iter().fold(1_usize, |sum, part| sum.saturating_add(part.nodes));
        if height > DEEPEST {
            return Err(FileError::new(
                line,
                format!("types lie deeper than {DEEPEST} in each other here"),
            ));
        }
        if nodes > LARGEST {
            let text = format!("with everything that it holds, this is larger than {LARGEST} types");
            return Err(FileError::new(line, text));
        }
        Ok(Measured { shape, height, nodes })
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Object,
    Enum,
    Union,
}

pub(super) fn unknown_fields(table: &mut Table) -> Result<Option<Unknown>, FileError> {
    let words = [
        ("ignored", Unknown::Ignored),
        ("refused", Unknown::Refused),
        ("kept", Unknown::Kept),
    ];
    table.word("unknown_fields", &words)
}
