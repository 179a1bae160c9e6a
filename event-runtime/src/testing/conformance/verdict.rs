//! How a check says that a promise is broken.

use crate::transport::{PublishError, TransportError};
use std::any::Any;
use std::fmt;

pub(super) type Verdict<T = ()> = Result<T, Failure>;

/// What was seen, and what should have been.
#[derive(Debug)]
pub(super) struct Failure(String);

impl Failure {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self(format!("panicked: {}", text.unwrap_or("without a text")))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self(error.to_string())
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        Self(format!("not published: {error}"))
    }
}

/// Fails the check unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err($crate::testing::conformance::verdict::Failure::new(format!($($what)+)));
        }
    };
}

/// Fails the check unless both are equal.
macro_rules! ensure_eq {
    ($found:expr, $wanted:expr, $($what:tt)+) => {
        match (&$found, &$wanted) {
            (found, wanted) => $crate::testing::conformance::verdict::ensure!(
                *found == *wanted,
                "{}: found {found:?}, should be {wanted:?}",
                format_args!($($what)+)
            ),
        }
    };
}

/// A row of a table of checks.
macro_rules! check {
    ($name:ident, $promise:literal) => {
        $crate::testing::conformance::Check {
            name: stringify!($name),
            promise: $promise,
            run: $crate::testing::conformance::Run::Transport(|lab| Box::pin($name(lab))),
        }
    };
}

/// The same for a check of stores.
macro_rules! check_store {
    ($name:ident, $promise:literal) => {
        $crate::testing::conformance::Check {
            name: stringify!($name),
            promise: $promise,
            run: $crate::testing::conformance::Run::Store(|desk| Box::pin($name(desk))),
        }
    };
}

pub(super) use {check, check_store, ensure, ensure_eq};
