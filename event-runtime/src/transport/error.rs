/// Why a message was not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// No queue takes it. It was not stored anywhere.
    #[error("nothing takes `{routing_key}` on exchange `{exchange}`")]
    Unroutable {
        /// The exchange it was sent to.
        exchange: String,
        /// The routing key it was sent with.
        routing_key: String,
    },
    /// Larger than the limits; it was not sent.
    #[error("the message is too large: {0}")]
    TooLarge(#[from] crate::message::TooLarge),
    /// The value could not be written as JSON; it was not sent.
    #[error("cannot write the event as JSON: {0}")]
    Encode(String),
    /// The protocol cannot carry it, for example because a header name is too long; it was not sent.
    #[error("the message cannot be sent: {0}")]
    Invalid(String),
    /// The broker takes no messages for now (memory or disk alarm) and the buffer is full; it was not sent.
    #[error("the broker takes no messages: {0}")]
    Blocked(String),
    /// The broker refused it, for example because a queue is full.
    #[error("the broker refused the message")]
    Refused,
    /// The service's exchanges and queues could not be made yet; it was not sent.
    #[error("the exchanges and queues are not there yet: {0}")]
    NotReady(String),
    /// No answer in time, or its exchange was deleted while it was on its way: it may be stored or not. Publish it again
    /// with the same id.
    #[error("the broker did not answer within {within_ms} ms; the message may have been stored")]
    Unknown {
        /// How long the answer was waited for.
        within_ms: u64,
    },
    /// The transport was closed before it was sent.
    #[error("the transport is closed")]
    Closed,
}

/// Why a transport could not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection; the reason.
    #[error("no connection to {to}: {reason}")]
    Unavailable {
        /// The address, without credentials.
        to: String,
        /// What the last attempt said.
        reason: String,
    },
    /// The broker refused it, in its words.
    #[error("{0}")]
    Refused(String),
    /// A queue or exchange is there with other arguments.
    #[error("{object} is there with other arguments: {difference}")]
    Different {
        /// `queue orders.charge`
        object: String,
        /// What the broker says differs.
        difference: String,
    },
    /// A queue that is not there.
    #[error("there is no queue `{0}`; `topology apply` makes it")]
    NoQueue(String),
    /// The URL or another setting cannot be used.
    #[error("{0}")]
    Setting(String),
}
