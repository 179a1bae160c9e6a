use event_runtime::prelude::*;

#[derive(Debug, thiserror::Error, Failure)]
enum PaymentError {
    #[error("a")]
    First,
    #[error("b")]
    #[failure(retyr)]
    Second,
    #[error("c")]
    #[failure(poison, skip)]
    Third,
    #[error("d")]
    #[failure(retry(after = "soon"))]
    Fourth,
}

fn main() {}
