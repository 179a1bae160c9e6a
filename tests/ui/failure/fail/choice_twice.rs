use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
#[failure(retry)]
#[failure(retry)]
struct Declined;

fn main() {}
