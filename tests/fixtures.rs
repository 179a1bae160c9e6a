//! The fixtures, tried for real.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod fixtures {
    mod audit;
    mod child;
    mod node;
    mod proxy;
    mod queue;
}
