use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
#[failure(retry, poison)]
struct Declined;

fn main() {}
