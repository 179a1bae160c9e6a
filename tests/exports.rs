//! What others read: JSON Schemas, AsyncAPI documents, the catalog. The official AsyncAPI parser and ajv are the judges.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod exports {
    mod asyncapi;
    mod judge;
    mod pages;
    mod schema;
    mod shop;
    mod types;
    mod workflow;
}
