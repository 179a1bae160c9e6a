//! Shapes as JSON: the JSON Schema of what is written, a sample of it, and whether a value is as a shape says.
//!
//! ```
//! use event_contract::{Schema, Shape, json};
//! use serde_json::json;
//!
//! const SHAPE: Shape = <Vec<(char, u8)>>::SHAPE;
//!
//! assert_eq!(json::conforms(&SHAPE, &json!([["a", 1]])), Ok(()));
//! assert_eq!(
//!     json::conforms(&SHAPE, &json!([["a", 300]])).unwrap_err()[0].to_string(),
//!     "[0][1]: 300 is not in the range of u8"
//! );
//! assert_eq!(json::conforms(&SHAPE, &json::sample(&SHAPE)), Ok(()));
//! assert_eq!(json::schema(&SHAPE)["items"]["maxItems"], 2);
//! ```

mod conforms;
mod form;
mod mismatch;
mod sample;
mod schema;

pub use conforms::{accepts, conforms};
pub use mismatch::Mismatch;
pub use sample::sample;
pub use schema::{Schemas, schema};

use crate::{ShapeField as Field, Variant};

/// The names under which a field may be written.
fn writes(field: &'static Field) -> &'static [&'static str] {
    if field.writes.is_empty() {
        std::slice::from_ref(&field.name)
    } else {
        field.writes
    }
}

/// The names under which a field is read.
fn reads(field: &'static Field) -> &'static [&'static str] {
    if field.reads.is_empty() {
        std::slice::from_ref(&field.name)
    } else {
        field.reads
    }
}

/// By name: the order of the hashes says nothing to people.
fn by_name(fields: &'static [Field]) -> Vec<&'static Field> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|field| field.name);
    fields
}

/// The variants that are written, by name.
fn written(variants: &'static [Variant]) -> Vec<&'static Variant> {
    let mut variants: Vec<_> = variants.iter().filter(|variant| !variant.never_written).collect();
    variants.sort_by_key(|variant| variant.name);
    variants
}
