//! What a type looks like on the wire: read from its fields, checked, and written as a constant.

mod ast;
mod check;
mod debug;
mod expand;
mod flat;
mod recursion;

pub(crate) use ast::{Field, Fields, Marks, Variant};
pub(crate) use check::{check_container, check_fields, check_variants};
pub(crate) use debug::debug;
pub(crate) use expand::{choice, object, of_fields, of_type};
pub(crate) use recursion::mentions;
