use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
#[failure(retry(after = 30))]
struct Declined;

fn main() {}
