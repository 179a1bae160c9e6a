//! Which Rust type has which shape.

mod foreign;
mod std;

use crate::Shape;

/// A type whose form on the wire is known at compile time.
///
/// Derive it for the structs and enums inside an event; `#[derive(Event)]` includes it. Numbers, texts, collections,
/// tuples, arrays, `Option` and `Box` have it, and with the feature of that name the types of `uuid`, `chrono`, `jiff` and
/// `rust_decimal`.
///
/// ```
/// use event_contract::{Schema, Shape};
/// use std::collections::BTreeMap;
///
/// assert_eq!(<BTreeMap<String, u8>>::SHAPE.to_string(), "{string: u8}");
/// ```
#[diagnostic::on_unimplemented(
    message = "the form of `{Self}` on the wire is not known",
    label = "no `Schema`",
    note = "a type of your own: add `#[derive(Schema)]` to it",
    note = "a type of another crate: say which type it looks like on the wire, above the field: `#[event(wire = \"String\")]`, \
            or `#[schema(wire = \"String\")]` inside a `#[derive(Schema)]`"
)]
pub trait Schema {
    /// What it looks like on the wire.
    const SHAPE: Shape;
}
