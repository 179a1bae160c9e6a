//! The example workflows share this crate.
