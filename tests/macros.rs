//! What the macros make of good code.

mod macros {
    mod event;
    mod event_set;
    mod failure;
    mod handler;
}
