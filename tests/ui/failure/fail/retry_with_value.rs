use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
#[failure(retry = "30s")]
struct Declined;

fn main() {}
