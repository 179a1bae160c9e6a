use super::{Digest, Shape};
use crate::hash;

/// An object whose keys are fixed: a struct, or the content of a variant with named fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// The Rust type, as a handle for people; not on the wire.
    pub name: &'static str,
    /// Sorted by [`Field::hash`].
    pub fields: &'static [Field],
    /// What becomes of keys that are none of the fields.
    pub unknown: Unknown,
    /// Of the other two; only here, so that none can be changed without it.
    digest: Digest,
}

/// What becomes of a key that is no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// It is passed over.
    Ignored,
    /// The object is refused: `#[serde(deny_unknown_fields)]`.
    Refused,
    /// It is read, and written again: a flattened map.
    Kept,
}

/// A key of an object: what is written, and what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// [`hash`] of the name, which fields are sorted by.
    pub hash: u64,
    /// The name that is written.
    pub name: &'static str,
    /// The form of its value.
    pub shape: Shape,
    /// Whether it is written.
    pub written: Written,
    /// Whether an [optional](Shape::Optional) value is ever written as `null`.
    pub null: bool,
    /// What its absence means to the reader.
    pub absent: Absent,
    /// Where an absent value comes from: `""` is `Default`, anything else the path of a function.
    pub default: Option<&'static str>,
    /// The names that may be written; empty when that is just `name`.
    pub writes: &'static [&'static str],
    /// The names that are read; empty when that is just `name`.
    pub reads: &'static [&'static str],
    /// Hidden where people look.
    pub sensitive: bool,
}

/// Whether a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// In every object.
    Always,
    /// In some: `skip_serializing_if`, or it was added while the version was live.
    Sometimes,
    /// In none: `skip_serializing`.
    Never,
}

/// What the absence of a field means to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// An error.
    Refused,
    /// `None`, or the default.
    Accepted,
    /// Nothing, because it is never read: `skip_deserializing`.
    Ignored,
}

impl Object {
    /// An object without fields.
    pub const EMPTY: Self = Self::new("", &[]);

    /// An object that passes over keys it does not know.
    #[must_use]
    pub const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name,
            fields,
            unknown: Unknown::Ignored,
            digest: Digest::object(fields, Unknown::Ignored),
        }
    }

    /// Sets the fields.
    #[must_use]
    pub const fn with_fields(self, fields: &'static [Field]) -> Self {
        Self::new(self.name, fields).with_unknown(self.unknown)
    }

    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }

    /// Sets what becomes of other keys.
    #[must_use]
    pub const fn with_unknown(mut self, unknown: Unknown) -> Self {
        self.unknown = unknown;
        self.digest = Digest::object(self.fields, unknown);
        self
    }

    /// The field that is written as `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    /// A field as serde treats it without attributes: an [optional](Shape::Optional) one may be absent, others may not.
    #[must_use]
    pub const fn new(name: &'static str, shape: Shape) -> Self {
        Self::hashed(hash(name), name, shape)
    }

    /// The same, with the hash worked out before.
    #[must_use]
    pub const fn hashed(hash: u64, name: &'static str, shape: Shape) -> Self {
        let optional = matches!(shape, Shape::Optional(_));
        Self {
            hash,
            name,
            shape,
            written: Written::Always,
            null: optional || matches!(shape, Shape::Nullable(_)),
            absent: if optional { Absent::Accepted } else { Absent::Refused },
            default: None,
            writes: &[],
            reads: &[],
            sensitive: false,
        }
    }

    /// `#[serde(default)]`, or `#[serde(default = "path")]`.
    #[must_use]
    pub const fn with_default(mut self, path: &'static str) -> Self {
        self.absent = Absent::Accepted;
        self.default = Some(path);
        self
    }

    /// Read by a function of the user's: then not even an `Option` may be absent without a `default`.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.absent = Absent::Refused;
        self
    }

    /// `#[serde(skip_serializing_if)]`; `null` says whether `null` may still be written.
    #[must_use]
    pub const fn sometimes(mut self, null: bool) -> Self {
        self.written = Written::Sometimes;
        self.null = self.null && null;
        self
    }

    /// `#[serde(skip_serializing)]`.
    #[must_use]
    pub const fn never_written(mut self) -> Self {
        self.written = Written::Never;
        self
    }

    /// `#[serde(skip_deserializing)]`.
    #[must_use]
    pub const fn never_read(mut self) -> Self {
        self.absent = Absent::Ignored;
        self
    }

    /// Sets the names that may be written, `name` among them.
    #[must_use]
    pub const fn with_writes(mut self, names: &'static [&'static str]) -> Self {
        self.writes = names;
        self
    }

    /// Sets the names that are read; `name` is not among them with `#[serde(rename(deserialize = ".."))]`.
    #[must_use]
    pub const fn with_reads(mut self, names: &'static [&'static str]) -> Self {
        self.reads = names;
        self
    }

    /// Hides the value where people look.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }
}

/// Fields in the order of their hashes, for objects that are put together in a constant.
///
/// # Panics
///
/// Two of one name; evaluated in a constant, so that the compiler shows the text.
#[must_use]
#[track_caller]
pub const fn sorted<const N: usize>(mut fields: [Field; N]) -> [Field; N] {
    let mut at = 1;
    while at < N {
        let mut back = at;
        while back > 0 && fields[back - 1].hash > fields[back].hash {
            (fields[back - 1], fields[back]) = (fields[back], fields[back - 1]);
            back -= 1;
        }
        assert!(
            back == 0 || fields[back - 1].hash != fields[back].hash,
            "two fields have the same name on the wire; rename one of them: `#[serde(rename = \"..\")]`"
        );
        at += 1;
    }
    fields
}

/// The own fields and those of what is flattened into them, as many as `N`, in order.
///
/// # Panics
///
/// As [`sorted`].
#[must_use]
#[track_caller]
pub const fn flattened<const N: usize>(own: &[Field], inner: &[&[Field]]) -> [Field; N] {
    let mut fields = [Field::hashed(0, "", Shape::Null); N];
    let mut filled = 0;
    while filled < own.len() {
        fields[filled] = own[filled];
        filled += 1;
    }
    let mut at = 0;
    while at < inner.len() {
        let mut from = 0;
        while from < inner[at].len() {
            fields[filled] = inner[at][from];
            filled += 1;
            from += 1;
        }
        at += 1;
    }
    sorted(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [Field; 2] = [
        Field::new("b", Shape::Bool),
        Field::new("a", Shape::Optional(&Shape::Bool)),
    ];
    const ALL: [Field; 3] = flattened(&OWN, &[&[Field::new("c", Shape::Char)]]);

    #[test]
    fn flattened_fields_are_sorted() {
        assert!(ALL.is_sorted_by_key(|field| field.hash));
        let object = Object::new("All", &ALL);
        assert_eq!(object.field("c").map(|field| field.shape), Some(Shape::Char));
        assert_eq!(object.field("a").map(|field| field.absent), Some(Absent::Accepted));
        assert_eq!(object.field("d"), None);
    }

    #[test]
    #[should_panic = "two fields have the same name"]
    fn one_name_is_one_field() {
        let _: [Field; 2] = sorted([Field::new("a", Shape::Bool), Field::new("a", Shape::Char)]);
    }
}
