//! The words of the type grammar, for reading and for writing.

use crate::{Float, Integer, Shape};

/// Forms of text that have a name of their own; others are written `text(name)`.
const TEXTS: [&str; 13] = [
    "string",
    "uuid",
    "date-time",
    "local-date-time",
    "zoned-date-time",
    "date",
    "time",
    "duration",
    "decimal",
    "ip",
    "ipv4",
    "ipv6",
    "socket-address",
];

/// What a word other than the name of a type means.
pub(super) fn shape(word: &str) -> Option<Shape> {
    Some(match word {
        "any" => Shape::Any,
        "null" => Shape::Null,
        "bool" => Shape::Bool,
        "char" => Shape::Char,
        "f32" => Shape::Float(Float::F32),
        "f64" => Shape::Float(Float::F64),
        _ => match text(word) {
            Some(form) => Shape::Text(form),
            None => Shape::Integer(Integer::ALL.into_iter().find(|integer| integer.name() == word)?),
        },
    })
}

/// A form of text that has a name of its own.
pub(super) fn text(word: &str) -> Option<&'static str> {
    TEXTS.into_iter().find(|form| *form == word)
}

/// Every word, for "did you mean".
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    let integers = Integer::ALL.into_iter().map(Integer::name);
    let others = ["any", "null", "bool", "char", "f32", "f64"];
    others.into_iter().chain(TEXTS).chain(integers)
}

/// Whether a type may be called so: not by a word of the grammar.
pub(super) fn is_handle(name: &str) -> bool {
    is_word(name) && shape(name).is_none() && name != "text"
}

/// Letters, digits and `_`, also of other scripts, as in the name of a Rust type.
pub(super) fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}
