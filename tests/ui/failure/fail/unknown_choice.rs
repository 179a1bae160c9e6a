use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
#[failure(retyr)]
struct Declined;

fn main() {}
