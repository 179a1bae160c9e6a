use std::error::Error;

/// Why a store could not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another transaction was in the way: a deadlock, a serialization failure, a lock that was waited for too long.
    /// Nothing was changed; doing it again helps.
    #[error("another transaction was in the way: {0}")]
    Conflict(String),
    /// No connection, or one that broke. Nothing was changed.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The connection broke while the transaction was being committed: it may be committed or not.
    #[error("the store did not say whether it has committed: {0}")]
    Unknown(String),
    /// The tables are not there, or older than this build needs.
    #[error("the store's tables are missing or too old: {0}; run the service's command `migrate`")]
    Schema(String),
    /// What the database will not take, however often it is asked.
    #[error("the store refuses: {0}")]
    Refused(String),
    /// Another relay publishes these events now.
    #[error("another relay has taken over")]
    LeaseLost,
}

impl StoreError {
    /// Whether doing the same again later can help.
    #[must_use]
    pub fn passes(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

/// What a database client's error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Deadlock, serialization failure, lock timeout.
    Conflict,
    /// Connection trouble.
    Unavailable,
}

/// Whether `error`, or one of its causes, is a database's congestion and not the handler's fault.
pub(crate) fn trouble(error: &(dyn Error + 'static)) -> Option<Trouble> {
    let mut next = Some(error);
    while let Some(error) = next {
        let found = error.downcast_ref::<StoreError>().and_then(|error| match error {
            StoreError::Conflict(_) => Some(Trouble::Conflict),
            StoreError::Unavailable(_) => Some(Trouble::Unavailable),
            _ => None,
        });
        #[cfg(feature = "postgres")]
        let found = found.or_else(|| super::postgres::trouble(error));
        #[cfg(feature = "sqlite")]
        let found = found.or_else(|| super::sqlite::trouble(error));
        if found.is_some() {
            return found;
        }
        next = error.source();
    }
    None
}
