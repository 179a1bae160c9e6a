use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[error("declined")]
#[failure(poison = true)]
struct Declined;

fn main() {}
