use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
#[failure(retry(delay = "30s"))]
struct Declined;

fn main() {}
