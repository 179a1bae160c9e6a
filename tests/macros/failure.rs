use event_runtime::prelude::*;
use std::io;
use std::time::Duration;

#[derive(Debug, thiserror::Error, Failure)]
enum PaymentError {
    #[error("card declined: {reason}")]
    #[failure(poison)]
    Declined { reason: String },
    #[error("gateway unavailable")]
    #[failure(retry)]
    Gateway(#[from] io::Error),
    #[error("rate limited")]
    #[failure(retry(after = "30s"))]
    Throttled,
    #[error("paid already")]
    #[failure(skip)]
    Twice,
    #[error(transparent)]
    #[failure(transparent)]
    Address(#[from] AddressError),
}

#[derive(Debug, thiserror::Error, Failure)]
#[error("no such address")]
#[failure(poison)]
struct AddressError;

#[derive(Debug, thiserror::Error, Failure)]
#[failure(retry)]
enum Mostly {
    #[error("a")]
    First,
    #[error("b")]
    #[failure(skip)]
    Second(u8, u8),
}

#[derive(Debug, thiserror::Error, Failure)]
#[error(transparent)]
#[failure(transparent)]
struct Wrapped(PaymentError);

#[derive(Debug, thiserror::Error, Failure)]
#[error("wrapped")]
#[failure(retry(after = "200ms"))]
struct Generic<T>(T)
where
    T: std::fmt::Debug + Send + 'static;

#[test]
fn classes() {
    let declined = PaymentError::Declined {
        reason: "expired".to_owned(),
    };
    for (failure, class, code) in [
        (&declined as &dyn Failure, Class::Poison, "Declined"),
        (&PaymentError::from(io::Error::other("reset")), Class::Retry, "Gateway"),
        (
            &PaymentError::Throttled,
            Class::RetryAfter(Duration::from_secs(30)),
            "Throttled",
        ),
        (&PaymentError::Twice, Class::Skip, "Twice"),
        (&PaymentError::Address(AddressError), Class::Poison, "AddressError"),
        (&Mostly::First, Class::Retry, "First"),
        (&Mostly::Second(1, 2), Class::Skip, "Second"),
        (&Wrapped(PaymentError::Twice), Class::Skip, "Twice"),
        (&Generic(1), Class::RetryAfter(Duration::from_millis(200)), "Generic"),
    ] {
        assert_eq!((failure.class(), failure.code()), (class, code));
    }
}

#[test]
fn chains_tell_the_causes() {
    assert_eq!(
        PaymentError::from(io::Error::other("reset")).chain(),
        "gateway unavailable: reset"
    );
    assert_eq!(PaymentError::Address(AddressError).chain(), "no such address");
}

#[test]
fn failures_that_cannot_be() {
    #[derive(Debug, thiserror::Error, Failure)]
    enum Never {}

    fn judge(result: Result<(), Never>) -> Option<Class> {
        result.err().map(|never| never.class())
    }
    assert_eq!(judge(Ok(())), None);
}
