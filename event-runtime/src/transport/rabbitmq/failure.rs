//! What the client library's errors mean.

use crate::transport::TransportError;
use lapin::{Error, ErrorKind};

/// The broker's reply code and words, when it was the broker that objected.
pub(super) fn objection(error: &Error) -> Option<(u16, &str)> {
    match error.kind() {
        ErrorKind::ProtocolError(error) => Some((error.get_id(), error.get_message().as_str())),
        _ => None,
    }
}

/// The broker's words without its code word: `PRECONDITION_FAILED - inequivalent arg ..` loses its first part.
pub(super) fn plain(words: &str) -> &str {
    match words.split_once(" - ") {
        Some((code, rest)) if code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') => rest,
        _ => words,
    }
}

/// The first name in single quotes: `no exchange 'orders' in vhost '/'`.
pub(super) fn quoted(words: &str) -> Option<&str> {
    words.split('\'').nth(1)
}

/// For an operation that the broker at `address` did not do.
pub(super) fn refused(error: &Error, address: &str) -> TransportError {
    match objection(error) {
        Some((_, words)) if words.contains(HASH) && words.contains("exchange type") => {
            TransportError::Setting(format!(
                "the broker at {address} has no exchanges of the type `{HASH}`, over which `partitions` spreads the keys of a \
             handler: run `rabbitmq-plugins enable rabbitmq_consistent_hash_exchange` on every node of it, or remove \
             `partitions`"
            ))
        }
        Some((_, words)) => TransportError::Refused(plain(words).to_owned()),
        None => TransportError::Unavailable {
            to: address.to_owned(),
            reason: error.to_string(),
        },
    }
}

/// Whether a reply code means that one message or declaration was wrong, rather than that the broker goes away.
pub(super) fn is_about_a_message(code: u16) -> bool {
    matches!(code, 311 | 313 | 403..=406 | 501..=503 | 505 | 540)
}

/// The type of exchange that spreads keys over partitions; it comes with the broker, and needs to be enabled.
pub(super) const HASH: &str = "x-consistent-hash";
pub(super) const NOT_FOUND: u16 = 404;
pub(super) const PRECONDITION_FAILED: u16 = 406;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brokers_words_lose_their_code() {
        assert_eq!(
            plain("NOT_FOUND - no queue 'q' in vhost '/'"),
            "no queue 'q' in vhost '/'"
        );
        assert_eq!(plain("operation x - y caused z"), "operation x - y caused z");
        assert_eq!(quoted("no exchange 'orders' in vhost '/'"), Some("orders"));
        assert_eq!(quoted("nothing"), None);
    }
}
