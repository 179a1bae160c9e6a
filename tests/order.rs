//! Order per key: one key strictly in its order, different keys side by side, over processes, failures and restarts.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

/// Where the scenarios of single services play.
#[macro_use]
#[allow(dead_code, reason = "the scenarios of `behaviour` need more of it")]
mod behaviour {
    #[macro_use]
    pub(crate) mod stage;
    pub(crate) mod events;
}

mod order {
    pub(crate) mod world;
    #[macro_use]
    pub(crate) mod keeping;

    mod holding;
    mod killing;
    mod lanes;
    mod model;
    mod stale;
    mod stopping;
    mod topology;
}
