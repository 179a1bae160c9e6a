use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
enum PaymentError {
    #[error("declined")]
    #[failure(poison)]
    Declined,
    #[error("gateway unavailable")]
    Gateway,
}

fn main() {}
