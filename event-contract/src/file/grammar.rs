use super::types::{Measured, Types};
use super::{FileError, words};
use crate::Shape;

/// How many brackets and marks one type may be nested in.
const DEEPEST: usize = 32;

/// What follows a type in the line of a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    None,
    /// `= absent`: written, if at all, with a value.
    Absent,
    /// `= default` or `= default(path)`.
    Default(String),
}

/// Reads one type, such as `{string: [Line?]}`.
pub(super) struct Grammar<'t, 'm> {
    rest: &'t str,
    whole: &'t str,
    line: usize,
    types: &'m mut Types,
}

impl<'t, 'm> Grammar<'t, 'm> {
    pub(super) fn new(text: &'t str, line: usize, types: &'m mut Types) -> Self {
        Self {
            rest: text,
            whole: text,
            line,
            types,
        }
    }

    /// A type and nothing else.
    pub(super) fn only_type(mut self) -> Result<Measured, FileError> {
        let measured = self.one(0)?;
        self.end()?;
        Ok(measured)
    }

    /// A type and what a field may say after it.
    pub(super) fn field(mut self) -> Result<(Measured, Suffix), FileError> {
        let measured = self.one(0)?;
        let suffix = if self.eat("=") { self.suffix()? } else { Suffix::None };
        self.end()?;
        Ok((measured, suffix))
    }

    fn suffix(&mut self) -> Result<Suffix, FileError> {
        match self.word() {
            "absent" => Ok(Suffix::Absent),
            "default" if self.eat("(") => match self.rest.strip_suffix(')') {
                Some(path) if !path.trim().is_empty() => {
                    self.rest = "";
                    Ok(Suffix::Default(path.to_owned()))
                }
                _ => Err(self.error("after `= default` stands nothing or the path of a function: `= default(path)`")),
            },
            "default" => Ok(Suffix::Default(String::new())),
            _ => Err(self.error("after `=` stands `default`, `default(path)` or `absent`")),
        }
    }

    /// Everything that can be written after a type is read in a loop, so that only brackets nest.
    fn one(&mut self, depth: usize) -> Result<Measured, FileError> {
        if depth > DEEPEST {
            return Err(self.error(format!("is nested deeper than {DEEPEST}")));
        }
        let mut measured = self.primary(depth)?;
        loop {
            let inner = measured.shape;
            let outer = if self.eat("?") {
                Shape::Optional(leak(inner))
            } else if self.eat("|") {
                match self.word() {
                    "null" => Shape::Nullable(leak(inner)),
                    _ => return Err(self.error("after `|` stands `null`")),
                }
            } else if self.eat("[") {
                let length = self.word().parse();
                match length {
                    Ok(length) if self.eat("]") => Shape::Array(leak(inner), length),
                    _ => return Err(self.error("an array is `T[3]`, a list `[T]`")),
                }
            } else {
                return Ok(measured);
            };
            measured = self.types.around(outer, &[measured], self.line)?;
        }
    }

    fn primary(&mut self, depth: usize) -> Result<Measured, FileError> {
        if self.eat("[") {
            let item = self.one(depth + 1)?;
            self.close("]")?;
            self.types.around(Shape::List(leak(item.shape)), &[item], self.line)
        } else if self.eat("{") {
            let first = self.one(depth + 1)?;
            if self.eat("}") {
                return self.types.around(Shape::Set(leak(first.shape)), &[first], self.line);
            }
            self.close(":")?;
            let value = self.one(depth + 1)?;
            self.close("}")?;
            let map = Shape::Map(leak(first.shape), leak(value.shape));
            self.types.around(map, &[first, value], self.line)
        } else if self.eat("(") {
            self.tuple(depth)
        } else {
            self.named()
        }
    }

    fn tuple(&mut self, depth: usize) -> Result<Measured, FileError> {
        let mut parts = Vec::new();
        while !self.eat(")") {
            if !parts.is_empty() {
                self.close(",")?;
            }
            parts.push(self.one(depth + 1)?);
        }
        let shapes: Vec<Shape> = parts.iter().map(|part| part.shape).collect();
        self.types.around(Shape::Tuple(shapes.leak()), &parts, self.line)
    }

    fn named(&mut self) -> Result<Measured, FileError> {
        let word = self.word();
        if word.is_empty() {
            return Err(self.error("a type is missing"));
        }
        if word == "text" && self.eat("(") {
            let form = self.word();
            let known = words::text(form).is_some();
            if form.is_empty() || known || !self.eat(")") {
                return Err(self.error("a text of a form of your own is `text(name)`"));
            }
            return Ok(Measured::leaf(Shape::Text(form.to_owned().leak())));
        }
        match words::shape(word) {
            Some(shape) => Ok(Measured::leaf(shape)),
            None => self.types.named(word, self.line),
        }
    }

    fn word(&mut self) -> &'t str {
        self.rest = self.rest.trim_start_matches(' ');
        let ends = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let rest = self.rest.trim_start_matches(' ').strip_prefix(wanted);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    fn close(&mut self, wanted: &str) -> Result<(), FileError> {
        if self.eat(wanted) {
            Ok(())
        } else {
            Err(self.error(format!("`{wanted}` is missing")))
        }
    }

    fn end(&self) -> Result<(), FileError> {
        match self.rest.trim_matches(' ') {
            "" => Ok(()),
            rest => Err(self.error(format!("nothing was expected from `{rest}` on"))),
        }
    }

    fn error(&self, message: impl core::fmt::Display) -> FileError {
        FileError::new(self.line, format!("in the type `{}`: {message}", self.whole))
    }
}

/// See [`super::parse`] on why this may leak.
pub(super) fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
