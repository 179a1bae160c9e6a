use crate::store::StoreError;
use crate::transport::{PublishError, TransportError};

/// What can go wrong with a service as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name, option or setting that cannot be used; what to do about it.
    #[error("{0}")]
    Setting(String),
    /// The broker.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event that could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A dead letter that is not there.
    #[error("{0}")]
    NotFound(String),
    /// Anything else a `main` function runs into: `?` works on every error.
    #[error(transparent)]
    Other(crate::failure::BoxError),
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<crate::failure::BoxError> for Error {
    fn from(error: crate::failure::BoxError) -> Self {
        Self::Other(error)
    }
}
