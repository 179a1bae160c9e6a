use crate::failure::{Class, Failure, chain};
use std::error::Error;

/// What `#[derive(Failure)]` knows about a value.
pub trait Judge {
    fn judge(&self) -> Judgement<'_>;
}

/// The class and the code of a value, or whom to ask.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "a failure need not be `Debug`")]
pub enum Judgement<'a> {
    Own(Class, &'static str, &'a (dyn Error + 'static)),
    Inner(&'a dyn Failure),
}

impl Judgement<'_> {
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::Own(class, ..) => class,
            Self::Inner(inner) => inner.class(),
        }
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Own(_, code, _) => code,
            Self::Inner(inner) => inner.code(),
        }
    }

    #[must_use]
    pub fn chain(self) -> String {
        match self {
            Self::Own(.., error) => chain(error),
            Self::Inner(inner) => inner.chain(),
        }
    }
}

impl<'a> Judgement<'a> {
    #[must_use]
    pub fn error(self) -> Option<&'a (dyn Error + 'static)> {
        match self {
            Self::Own(.., error) => Some(error),
            Self::Inner(inner) => inner.as_error(),
        }
    }
}

/// The one place where generated code asks for an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error",
    label = "not an error",
    note = "derive that too: `#[derive(Debug, thiserror::Error, Failure)]`, with `#[error(\"..\")]` on each variant"
)]
pub trait IsError {
    fn as_error(&self) -> &(dyn Error + 'static);
}

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> IsError for E {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}

/// The one place where generated code asks for a failure inside another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether its failures are worth a retry",
    label = "not a failure that could decide",
    note = "instead of `#[failure(transparent)]` choose here: `#[failure(retry)]`, `#[failure(poison)]` or `#[failure(skip)]`",
    note = "or, if the type is yours, derive it there: `#[derive(Failure)]`"
)]
pub trait IsFailure {
    fn as_failure(&self) -> &dyn Failure;
}

#[diagnostic::do_not_recommend]
impl<F: Failure> IsFailure for F {
    fn as_failure(&self) -> &dyn Failure {
        self
    }
}
