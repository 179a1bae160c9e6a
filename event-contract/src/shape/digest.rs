use super::{Absent, Choice, Field, Shape, Tagging, Unknown, Variant, Written};
use crate::hash;

/// A number that stands for everything that matters about a shape, names of Rust types not among it.
///
/// What has not changed since it was written down is by far the most, and is seen at once by comparing two numbers.
/// `Option` counts as one that may be absent and a `default` as one that was used, as in contract files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(super) const NONE: Self = Self(0);

    pub(crate) const fn equals(self, other: Self) -> bool {
        self.0 == other.0
    }

    const fn of(kind: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325).with(kind)
    }

    /// Multiplying by an odd constant and folding the upper half down lets every bit reach every other one.
    const fn with(self, value: u64) -> Self {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self((mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    const fn with_shape(self, shape: &Shape) -> Self {
        self.with(Self::shape(shape).0)
    }

    const fn with_names(mut self, names: &[&str]) -> Self {
        let mut at = 0;
        while at < names.len() {
            self = self.with(hash(names[at]));
            at += 1;
        }
        self
    }

    const fn shape(shape: &Shape) -> Self {
        match shape {
            Shape::Any => Self(1),
            Shape::Null => Self(2),
            Shape::Bool => Self(3),
            Shape::Char => Self(4),
            Shape::Integer(integer) => Self(16 + *integer as u64),
            Shape::Float(float) => Self(8 + *float as u64),
            Shape::Text(form) => Self(hash(form)),
            Shape::Optional(inner) => Self::of(5).with_shape(inner),
            Shape::Nullable(inner) => Self::of(6).with_shape(inner),
            Shape::List(item) => Self::of(7).with_shape(item),
            Shape::Set(item) => Self::of(8).with_shape(item),
            Shape::Array(item, length) => Self::of(9).with(*length as u64).with_shape(item),
            Shape::Map(key, value) => Self::of(10).with_shape(key).with_shape(value),
            Shape::Object(object) => object.digest(),
            Shape::Choice(choice) => choice.digest(),
            Shape::Tuple(parts) => {
                let mut digest = Self::of(11);
                let mut at = 0;
                while at < parts.len() {
                    digest = digest.with_shape(&parts[at]);
                    at += 1;
                }
                digest
            }
        }
    }

    pub(super) const fn object(fields: &[Field], unknown: Unknown) -> Self {
        let mut digest = Self::of(12 + unknown as u64);
        let mut at = 0;
        while at < fields.len() {
            digest = digest
                .with(fields[at].hash)
                .with(facts(&fields[at]))
                .with_shape(&fields[at].shape);
            if is_rare(&fields[at]) {
                digest = digest.rare(&fields[at]);
            }
            at += 1;
        }
        digest
    }

    const fn rare(self, field: &Field) -> Self {
        let default = match field.default {
            Some(path) => hash(path),
            None => 0,
        };
        self.with(default)
            .with_names(field.writes)
            .with(1)
            .with_names(field.reads)
    }

    pub(super) const fn choice(choice: &Choice) -> Self {
        let mut digest = match choice.tagging {
            Tagging::External => Self::of(20),
            Tagging::Internal(tag) => Self::of(21).with(hash(tag)),
            Tagging::Adjacent(tag, content) => Self::of(22).with(hash(tag)).with(hash(content)),
        };
        let mut at = 0;
        while at < choice.variants.len() {
            digest = digest.variant(&choice.variants[at]);
            at += 1;
        }
        digest
    }

    const fn variant(self, variant: &Variant) -> Self {
        let facts = variant.catch_all as u64 | (variant.never_written as u64) << 1 | (variant.never_read as u64) << 2;
        let digest = self.with(variant.hash).with(facts).with_names(variant.reads);
        match &variant.content {
            Some(content) => digest.with_shape(content),
            None => digest.with(0),
        }
    }
}

const fn is_rare(field: &Field) -> bool {
    field.default.is_some() || !field.writes.is_empty() || !field.reads.is_empty()
}

/// Whether it is written, as what, and whether it may be absent, in one number.
const fn facts(field: &Field) -> u64 {
    let optional = matches!(field.absent, Absent::Accepted)
        && (field.default.is_some() || field.null && matches!(field.shape, Shape::Optional(_)));
    let written = match field.written {
        Written::Always if optional => Written::Sometimes,
        other => other,
    };
    written as u64 | (field.absent as u64) << 2 | (field.null as u64) << 4
}
