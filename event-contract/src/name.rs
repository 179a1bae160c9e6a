use crate::Version;
use core::fmt;

/// The longest event name, in bytes. With its version it must fit a routing key of 255 bytes (AMQP 0-9-1,
/// section 4.2.5.3), also behind the 32 bytes of the delay ladder.
pub const MAX_NAME: usize = 128;

/// Why a name is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing there.
    Empty,
    /// Longer than [`MAX_NAME`] (an event) or [`MAX_WORD`] (a service or handler).
    TooLong,
    /// Two dots in a row, or one at an end.
    EmptyWord,
    /// A word that does not start with a letter.
    Start,
    /// A character that is not allowed; its byte offset.
    Character(usize),
    /// The last word looks like a version (`v2`), which the version option says already.
    LooksLikeVersion,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the name is empty"),
            Self::TooLong => f.write_str("the name is too long"),
            Self::EmptyWord => f.write_str("a dot must stand between two words"),
            Self::Start => f.write_str("every word starts with a lower-case letter"),
            Self::Character(at) => write!(
                f,
                "character {} is not allowed; use lower-case letters, digits and `_`",
                at + 1
            ),
            Self::LooksLikeVersion => f.write_str("the last word looks like a version; say it with `version = N`"),
        }
    }
}

impl core::error::Error for NameError {}

/// Checks an event name: lower-case words of letters, digits and `_`, joined by dots, such as `order.placed`.
///
/// The grammar is what a topic binding of AMQP can match word by word.
///
/// # Errors
///
/// The first rule that is broken.
pub const fn check_event_name(name: &str) -> Result<(), NameError> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Err(NameError::Empty);
    }
    if bytes.len() > MAX_NAME {
        return Err(NameError::TooLong);
    }
    let mut at = 0;
    let mut start = 0;
    while at <= bytes.len() {
        if at == bytes.len() || bytes[at] == b'.' {
            if at == start {
                return Err(NameError::EmptyWord);
            }
            if at == bytes.len() && is_version_word(bytes, start) {
                return Err(NameError::LooksLikeVersion);
            }
            start = at + 1;
        } else if !is_word_byte(bytes[at]) {
            return Err(NameError::Character(at));
        } else if at == start && !bytes[at].is_ascii_lowercase() {
            return Err(NameError::Start);
        }
        at += 1;
    }
    Ok(())
}

/// The longest service or handler name, in bytes.
pub const MAX_WORD: usize = 64;

/// Checks the name of a service or a handler: one word of lower-case letters, digits, `_` and `-`.
///
/// One word, because it is one word of a routing key and one part of a queue's name.
///
/// # Errors
///
/// The first rule that is broken.
pub const fn check_word(name: &str) -> Result<(), NameError> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Err(NameError::Empty);
    }
    if bytes.len() > MAX_WORD {
        return Err(NameError::TooLong);
    }
    let mut at = 0;
    while at < bytes.len() {
        if !is_word_byte(bytes[at]) && bytes[at] != b'-' {
            return Err(NameError::Character(at));
        }
        if at == 0 && !bytes[at].is_ascii_lowercase() {
            return Err(NameError::Start);
        }
        at += 1;
    }
    Ok(())
}

/// Takes `order.placed.v2` apart into `order.placed` and version 2.
///
/// `None` when the last word is no version; the name itself is not checked.
#[must_use]
pub fn split_type(type_name: &str) -> Option<(&str, Version)> {
    let (name, last) = type_name.rsplit_once('.')?;
    let digits = last.strip_prefix('v')?;
    if digits.is_empty() || digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((name, Version::new(digits.parse().ok()?)?))
}

const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

const fn is_version_word(bytes: &[u8], start: usize) -> bool {
    if bytes[start] != b'v' || start + 1 == bytes.len() {
        return false;
    }
    let mut at = start + 1;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_names() {
        for good in ["order", "order.placed", "a1.b_2.c"] {
            assert_eq!(check_event_name(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", NameError::Empty),
            ("order..placed", NameError::EmptyWord),
            (".order", NameError::EmptyWord),
            ("order.", NameError::EmptyWord),
            ("Order", NameError::Character(0)),
            ("order.2nd", NameError::Start),
            ("order placed", NameError::Character(5)),
            ("order.placed.v2", NameError::LooksLikeVersion),
            ("order.#", NameError::Character(6)),
        ] {
            assert_eq!(check_event_name(bad), Err(why), "{bad}");
        }
        assert_eq!(check_event_name(&"a".repeat(MAX_NAME + 1)), Err(NameError::TooLong));
    }

    #[test]
    fn types() {
        assert_eq!(
            split_type("order.placed.v12"),
            Some(("order.placed", Version::new(12).unwrap()))
        );
        for bad in [
            "order.placed",
            "v1",
            "order.v",
            "order.v0",
            "order.v01",
            "order.v99999999999",
            "order.vx",
            "",
        ] {
            assert_eq!(split_type(bad), None, "{bad}");
        }
    }
}
