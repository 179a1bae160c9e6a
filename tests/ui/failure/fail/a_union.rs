use event_runtime::prelude::*;

#[derive(Failure)]
#[failure(retry)]
union PaymentError {
    code: u8,
}

fn main() {}
