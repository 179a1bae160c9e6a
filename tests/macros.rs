//! What the macros make of good code.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod macros {
    mod event;
    mod event_set;
    mod failure;
    mod handler;
    mod schema;
    mod view;
}
