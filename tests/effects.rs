//! Effects once: what an `idempotent` handler writes, and what it emits, whatever happens. Each scenario is written once
//! and runs on every store.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod effects {
    #[macro_use]
    mod world;

    mod broker;
    mod failing;
    mod killing;
    mod once;
    mod outbox;
    mod reconcile;
    mod replaying;
    mod trouble;
    mod window;
    mod yard;
}
