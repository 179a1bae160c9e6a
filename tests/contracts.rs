//! Contract files under git and under several writers, and the rules of compatibility judged by serde.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod contracts {
    mod checkers;
    mod collections;
    mod external;
    mod fields;
    mod histories;
    mod judge;
    mod merging;
    mod names;
    mod numbers;
    mod prelude;
    mod presence;
    mod registries;
    mod samples;
    mod saving;
    mod tagged;
    mod traps;
    mod unknown;
    mod views;
}
