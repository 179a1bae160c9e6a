use event_runtime::prelude::*;

#[derive(Debug, Failure)]
enum PaymentError {
    #[failure(poison)]
    Declined,
}

fn main() {}
