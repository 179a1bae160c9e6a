use super::Rule;
use super::read::{both, text};
use syn::meta::ParseNestedMeta;

/// What `rename`, `alias` and their like say about one field or variant.
#[derive(Default)]
pub(crate) struct Named {
    pub(super) written: Option<String>,
    pub(super) read: Vec<String>,
    pub(super) aliases: Vec<String>,
}

/// `rename_all`, for each direction.
#[derive(Default, Clone, Copy)]
pub(crate) struct Rules {
    pub(super) written: Option<Rule>,
    pub(super) read: Option<Rule>,
}

/// The names of one field or variant on the wire.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub(crate) struct Names {
    pub(crate) written: String,
    /// The proper one first, then the aliases.
    pub(crate) read: Vec<String>,
}

impl Named {
    /// Takes the word, if it is one of these.
    pub(super) fn accept(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
        if meta.path.is_ident("rename") {
            both(meta, |direction, name| match direction {
                "serialize" => self.written = Some(name),
                _ => self.read.push(name),
            })?;
        } else if meta.path.is_ident("alias") {
            self.aliases.push(text(meta)?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// `written` and `read` are what the rules make of the Rust name.
    pub(super) fn names(&self, written: String, read: String) -> Names {
        let mut names = Names {
            written: self.written.clone().unwrap_or(written),
            read: self.read.clone(),
        };
        if names.read.is_empty() {
            names.read.push(read);
        }
        for alias in &self.aliases {
            if !names.read.contains(alias) {
                names.read.push(alias.clone());
            }
        }
        names
    }
}

impl Rules {
    pub(super) fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        both(meta, |direction, rule| match direction {
            "serialize" => self.written = Rule::of(&rule),
            _ => self.read = Rule::of(&rule),
        })
    }

    /// These, and where they say nothing `others`.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            written: self.written.or(others.written),
            read: self.read.or(others.read),
        }
    }
}
