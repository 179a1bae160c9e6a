use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
#[failure(transparent)]
enum PaymentError {
    #[error("declined")]
    #[failure(poison)]
    Declined,
}

fn main() {}
