//! Order per key: one key strictly in its order, different keys side by side, over processes, failures and restarts.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

#[macro_use]
#[path = "order/behaviour.rs"]
mod behaviour;

mod order {
    pub(crate) mod world;
    pub(crate) mod yard;
    #[macro_use]
    pub(crate) mod keeping;

    mod burying;
    mod holding;
    mod killing;
    mod lanes;
    mod late;
    mod model;
    mod moving;
    mod partitions;
    mod pausing;
    mod stale;
    mod stopping;
    mod topology;
}
