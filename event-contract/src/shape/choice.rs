use super::{Digest, Field, Shape};
use crate::hash;

/// One of several: a Rust enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The Rust type, as a handle for people; not on the wire.
    pub name: &'static str,
    /// How the variant's name is written.
    pub tagging: Tagging,
    /// Sorted by [`Variant::hash`].
    pub variants: &'static [Variant],
    /// More variants may come at any time: widening is no warning, and views need a catch-all.
    pub open: bool,
    /// Of tagging and variants; only here, so that none can be changed without it.
    digest: Digest,
}

/// How serde writes the name of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagging {
    /// `"unit"` or `{"name": content}`.
    External,
    /// `{"tag": "name", ..}`; holds the tag.
    Internal(&'static str),
    /// `{"tag": "name", "content": ..}`; holds the two.
    Adjacent(&'static str, &'static str),
}

/// One variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// [`hash`] of the name, which variants are sorted by.
    pub hash: u64,
    /// The name that is written.
    pub name: &'static str,
    /// What comes with the name; a variant with named fields has an [object](Shape::Object), one with several unnamed
    /// ones a [tuple](Shape::Tuple).
    pub content: Option<Shape>,
    /// The names that are read; empty when that is just `name`.
    pub reads: &'static [&'static str],
    /// Takes every name that no other variant has: `#[serde(other)]`.
    pub catch_all: bool,
    /// Never written: `#[serde(skip_serializing)]`.
    pub never_written: bool,
    /// Never read: `#[serde(skip_deserializing)]`.
    pub never_read: bool,
}

impl Choice {
    /// A closed choice.
    #[must_use]
    pub const fn new(name: &'static str, tagging: Tagging, variants: &'static [Variant]) -> Self {
        let mut choice = Self {
            name,
            tagging,
            variants,
            open: false,
            digest: Digest::NONE,
        };
        choice.digest = Digest::choice(&choice);
        choice
    }

    /// Sets the variants.
    #[must_use]
    pub const fn with_variants(self, variants: &'static [Variant]) -> Self {
        let mut choice = Self::new(self.name, self.tagging, variants);
        choice.open = self.open;
        choice
    }

    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }

    /// Says that more variants may come.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Whether no variant has a content: on the wire it is a text.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        let mut at = 0;
        while at < self.variants.len() {
            if self.variants[at].content.is_some() {
                return false;
            }
            at += 1;
        }
        true
    }
}

impl Variant {
    /// A variant that is written and read by its name.
    #[must_use]
    pub const fn new(name: &'static str, content: Option<Shape>) -> Self {
        Self::hashed(hash(name), name, content)
    }

    /// The same, with the hash worked out before.
    #[must_use]
    pub const fn hashed(hash: u64, name: &'static str, content: Option<Shape>) -> Self {
        Self {
            hash,
            name,
            content,
            reads: &[],
            catch_all: false,
            never_written: false,
            never_read: false,
        }
    }

    /// Sets the names that are read.
    #[must_use]
    pub const fn with_reads(mut self, names: &'static [&'static str]) -> Self {
        self.reads = names;
        self
    }

    /// `#[serde(other)]`.
    #[must_use]
    pub const fn catch_all(mut self) -> Self {
        self.catch_all = true;
        self
    }

    /// `#[serde(skip_serializing)]`.
    #[must_use]
    pub const fn never_written(mut self) -> Self {
        self.never_written = true;
        self
    }

    /// `#[serde(skip_deserializing)]`.
    #[must_use]
    pub const fn never_read(mut self) -> Self {
        self.never_read = true;
        self
    }

    /// The fields of a variant that has named ones.
    #[must_use]
    pub const fn fields(&self) -> &'static [Field] {
        match &self.content {
            Some(shape) => shape.fields(),
            None => &[],
        }
    }
}
