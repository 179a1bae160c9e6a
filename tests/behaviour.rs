//! What a service does with good events and bad ones: each scenario is written once and runs on both transports.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod behaviour {
    #[macro_use]
    mod stage;
    mod commands;
    mod events;

    mod alerting;
    mod archive;
    mod backfilling;
    mod breaking;
    mod browsing;
    mod foreign;
    mod gathering;
    mod identity;
    mod killing;
    mod letters;
    mod lineage;
    mod logging;
    mod mending;
    mod publishing;
    mod refusing;
    mod replaying;
    mod resuming;
    mod retrying;
    mod settings;
    mod stopping;
    mod trying;
}
