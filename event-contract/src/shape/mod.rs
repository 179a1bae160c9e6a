//! What a value looks like on the wire, as serde's derives and serde_json write and read it.

mod choice;
mod digest;
mod number;
mod object;
mod text;

pub(crate) use digest::Digest;

pub use choice::{Choice, Tagging, Variant};
pub use number::{Float, Integer};
pub use object::{Absent, Field, Object, Unknown, Written, flattened, sorted};

/// The form of a value in JSON.
///
/// Names of Rust types are not on the wire, and neither are newtypes, `Box` and their like: equal forms are equal shapes.
/// What a type writes and what it reads can differ; [`Field`] and [`Variant`] keep the two apart.
///
/// ```
/// use event_contract::{Schema, Shape};
///
/// assert_eq!(<Vec<String>>::SHAPE, Shape::List(&Shape::STRING));
/// assert_eq!(<Box<Option<bool>>>::SHAPE, Shape::Optional(&Shape::Bool));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any JSON: `serde_json::Value`.
    Any,
    /// Always `null`: `()` and unit structs.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number in a range; `1.0` is none.
    Integer(Integer),
    /// A number; NaN and the infinities are written as `null` and not read back.
    Float(Float),
    /// A text of one character.
    Char,
    /// A text of a form with a name: `string` for any, `uuid`, `date-time` and the like for some.
    Text(&'static str),
    /// A value or `null`; where it is a field, it may also be absent.
    Optional(&'static Self),
    /// A value or `null`, but not absent: a newtype around an `Option`.
    Nullable(&'static Self),
    /// As many as there are, in order.
    List(&'static Self),
    /// As many as there are, without order and repeats.
    Set(&'static Self),
    /// Exactly so many of one kind.
    Array(&'static Self, usize),
    /// Exactly these, in order.
    Tuple(&'static [Self]),
    /// An object whose keys are data: key and value.
    Map(&'static Self, &'static Self),
    /// An object whose keys are fixed.
    Object(&'static Object),
    /// One of several: a Rust enum.
    Choice(&'static Choice),
}

impl Shape {
    /// Any text.
    pub const STRING: Self = Self::Text("string");

    /// What a newtype around it looks like: the same, but a missing field is no longer `None`, because serde asks the
    /// newtype and not the `Option` inside.
    #[must_use]
    pub const fn newtype(self) -> Self {
        match self {
            Self::Optional(inner) => Self::Nullable(inner),
            other => other,
        }
    }

    /// The fields of an object, for `#[serde(flatten)]`; none of anything else.
    #[must_use]
    pub const fn fields(&self) -> &'static [Field] {
        match self {
            Self::Object(object) => object.fields,
            _ => &[],
        }
    }

    /// Whether `null` is among what is read.
    #[must_use]
    pub const fn accepts_null(&self) -> bool {
        matches!(self, Self::Any | Self::Null | Self::Optional(_) | Self::Nullable(_))
    }
}
