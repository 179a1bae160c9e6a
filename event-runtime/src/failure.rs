//! What a handler's error means for the event that caused it.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

/// Any error, boxed: `?` turns every error into it. A handler that returns it is retried.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// Worth trying again, by the handler's retry policy.
    Retry,
    /// Worth trying again, not before this much time has passed.
    RetryAfter(Duration),
    /// Never going to work: straight to the dead letters.
    Poison,
    /// Nothing to do about it: the event counts as handled.
    Skip,
}

/// Tells retryable failures from hopeless ones. Derive it on the handler's error.
///
/// ```
/// use event_runtime::prelude::*;
///
/// #[derive(Debug, thiserror::Error, Failure)]
/// enum PaymentError {
///     #[error("card declined")]
///     #[failure(poison)]
///     Declined,
///     #[error("gateway unavailable")]
///     #[failure(retry)]
///     Gateway(#[from] std::io::Error),
///     #[error("rate limited")]
///     #[failure(retry(after = "30s"))]
///     Throttled,
/// }
///
/// assert_eq!(PaymentError::Declined.class(), Class::Poison);
/// assert_eq!(PaymentError::Declined.code(), "Declined");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether its failures are worth a retry",
    label = "not a handler error",
    note = "derive it: `#[derive(Debug, thiserror::Error, Failure)]`, with `#[failure(retry)]`, `#[failure(poison)]` or `#[failure(skip)]` on each variant",
    note = "or return `BoxError`, which every error converts to with `?` and which is always retried"
)]
pub trait Failure: Send + 'static {
    /// What to do about it.
    fn class(&self) -> Class;

    /// A short name that stays the same from one occurrence to the next: the variant's name.
    fn code(&self) -> &'static str;

    /// The error and its causes, outermost first, for the dead letter.
    fn chain(&self) -> String;

    /// The error itself, where there is one: a deadlock or a lost connection among its causes is the database's trouble,
    /// and costs no attempt.
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        None
    }
}

impl Failure for BoxError {
    fn class(&self) -> Class {
        Class::Retry
    }

    fn code(&self) -> &'static str {
        "error"
    }

    fn chain(&self) -> String {
        chain(self.as_ref())
    }

    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.as_ref())
    }
}

#[cfg(feature = "anyhow")]
impl Failure for anyhow::Error {
    fn class(&self) -> Class {
        Class::Retry
    }

    fn code(&self) -> &'static str {
        "error"
    }

    fn chain(&self) -> String {
        chain(self.as_ref())
    }

    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.as_ref())
    }
}

impl Failure for std::convert::Infallible {
    fn class(&self) -> Class {
        match *self {}
    }

    fn code(&self) -> &'static str {
        match *self {}
    }

    fn chain(&self) -> String {
        match *self {}
    }
}

/// `error: cause: cause`, leaving out causes that the text before them has said already.
#[must_use]
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            // Writing to a String cannot fail.
            let _ = write!(text, ": {next}");
        }
        cause = error.source();
    }
    text
}

/// A failure with its type gone: what the runtime keeps and what a dead letter shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What to do about it.
    pub class: Class,
    /// A short stable name.
    pub code: &'static str,
    /// The error and its causes.
    pub error: String,
    /// The database was in the way, or away: not the handler's fault.
    pub(crate) congested: bool,
}

impl Failed {
    pub(crate) fn new(class: Class, code: &'static str, error: impl Into<String>) -> Self {
        Self {
            class,
            code,
            error: error.into(),
            congested: false,
        }
    }
}

impl<F: Failure> From<&F> for Failed {
    fn from(failure: &F) -> Self {
        Self::new(failure.class(), failure.code(), failure.chain())
    }
}
