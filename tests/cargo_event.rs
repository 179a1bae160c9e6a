//! `cargo event`: scaffolds that compile, and every command on contracts, in temporary repositories.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cargo_event {
    mod accept;
    mod check;
    mod generated;
    mod page;
    mod place;
    mod scaffold;
    mod share;
    mod show;
}
