use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
struct Declined;

fn main() {}
