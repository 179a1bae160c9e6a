//! Our messages and those of others: the Python package `cloudevents` is the outside judge.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod cloudevents {
    mod form;
    mod judge;
    mod memory;
    mod mixed;
    mod orders;
    mod rabbitmq;
    mod table;
}
