use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
enum PaymentError {
    #[error("gateway: {0}")]
    #[failure(transparent)]
    Gateway(u16, u16),
}

fn main() {}
