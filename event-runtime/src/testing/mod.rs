//! For tests: the public conformance suite for transports.

pub mod conformance;
