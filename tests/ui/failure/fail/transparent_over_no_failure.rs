use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
enum PaymentError {
    #[error(transparent)]
    #[failure(transparent)]
    Gateway(#[from] std::io::Error),
}

fn main() {}
