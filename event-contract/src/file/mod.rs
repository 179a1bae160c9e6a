//! Contract files: reading, writing and accepting them.
//!
//! They are a small part of TOML, one fact per line and sorted, so that a diff reads well, branches merge (also with
//! `merge=union`), and any reader of TOML understands them.

mod accept;
mod entering;
mod envelope;
mod envelope_choice;
mod error;
mod field;
mod folder;
mod grammar;
mod handles;
mod parse;
mod reading;
mod save;
mod scan;
mod table;
mod toml;
mod types;
mod variant;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use accept::{Accepted, Refused, accept};
pub use error::FileError;
pub use folder::folder;
pub use parse::{parse, parse_view};
pub use save::{Existing, write_file};
pub use write::{write, write_view};

use crate::{Reader, Version};

/// The format that is read and written.
const FORMAT: u32 = 1;

/// The largest file, in bytes. Real ones have a few thousand.
const LARGEST: usize = 256 * 1024;

/// A view of one version of an event, as its consumer recorded it with the producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ViewFile {
    /// The event's name without its version.
    pub event: &'static str,
    /// The version.
    pub version: Version,
    /// Who reads it, and as what.
    pub reader: Reader,
}

impl ViewFile {
    /// What `reader` reads of a version.
    #[must_use]
    pub const fn new(event: &'static str, version: Version, reader: Reader) -> Self {
        Self { event, version, reader }
    }
}

/// A key as it stands in a file: in quotes when it has to.
fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_ascii_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
