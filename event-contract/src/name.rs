use core::fmt;

/// The longest event name, in bytes. With its version it must fit a routing key of 255 bytes (AMQP 0-9-1,
/// section 4.2.5.3).
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
/// ```
/// use event_contract::{NameError, check_event_name};
///
/// const _: () = assert!(check_event_name("order.placed").is_ok());
/// assert_eq!(check_event_name("Order.placed"), Err(NameError::Character(0)));
/// assert_eq!(check_event_name("order.placed.v2"), Err(NameError::LooksLikeVersion));
/// ```
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
/// ```
/// use event_contract::{NameError, check_word};
///
/// assert_eq!(check_word("charge-card"), Ok(()));
/// assert_eq!(check_word("charge.card"), Err(NameError::Character(6)));
/// ```
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

    // The macros and the runtime both ask at compile time.
    const _: () = assert!(check_event_name("order.placed").is_ok());
    const _: () = assert!(check_event_name("order.placed.v2").is_err());
    const _: () = assert!(check_word("charge-card").is_ok());
    const _: () = assert!(matches!(check_word("charge.card"), Err(NameError::Character(6))));

    #[test]
    fn event_names() {
        for good in [
            "order",
            "order.placed",
            "a1.b_2.c",
            "a",
            "v",
            "order.v",
            "order.v2x",
            "v2.order",
            "a__b",
            "a_",
        ] {
            assert_eq!(check_event_name(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", NameError::Empty),
            (".", NameError::EmptyWord),
            ("order..placed", NameError::EmptyWord),
            (".order", NameError::EmptyWord),
            ("order.", NameError::EmptyWord),
            ("Order", NameError::Character(0)),
            ("order.Placed", NameError::Character(6)),
            ("order.2nd", NameError::Start),
            ("2nd", NameError::Start),
            ("order._placed", NameError::Start),
            ("order placed", NameError::Character(5)),
            ("order-placed", NameError::Character(5)),
            ("order.#", NameError::Character(6)),
            ("order.*", NameError::Character(6)),
            ("bestellung.aufgegeben.für", NameError::Character(23)),
            ("order\0", NameError::Character(5)),
            ("order.placed.v2", NameError::LooksLikeVersion),
            ("order.v0", NameError::LooksLikeVersion),
            ("v2", NameError::LooksLikeVersion),
        ] {
            assert_eq!(check_event_name(bad), Err(why), "{bad}");
        }
        assert_eq!(check_event_name(&"a".repeat(MAX_NAME)), Ok(()));
        assert_eq!(check_event_name(&"a".repeat(MAX_NAME + 1)), Err(NameError::TooLong));
    }

    #[test]
    fn words() {
        for good in ["charge", "charge-card", "charge_card", "c", "c3", "v2", "a-", "a--b"] {
            assert_eq!(check_word(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", NameError::Empty),
            ("charge.card", NameError::Character(6)),
            ("charge card", NameError::Character(6)),
            ("Charge", NameError::Character(0)),
            ("-charge", NameError::Start),
            ("_charge", NameError::Start),
            ("3charges", NameError::Start),
            ("großbestellung", NameError::Character(3)),
        ] {
            assert_eq!(check_word(bad), Err(why), "{bad}");
        }
        assert_eq!(check_word(&"a".repeat(MAX_WORD)), Ok(()));
        assert_eq!(check_word(&"a".repeat(MAX_WORD + 1)), Err(NameError::TooLong));
    }

    #[test]
    fn every_error_is_a_sentence_that_helps() {
        for (error, text) in [
            (NameError::Empty, "the name is empty"),
            (NameError::TooLong, "the name is too long"),
            (NameError::EmptyWord, "a dot must stand between two words"),
            (NameError::Start, "every word starts with a lower-case letter"),
            (
                NameError::Character(5),
                "character 6 is not allowed; use lower-case letters, digits and `_`",
            ),
            (
                NameError::LooksLikeVersion,
                "the last word looks like a version; say it with `version = N`",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn the_longest_type_fits_a_routing_key() {
        assert!(MAX_NAME + ".v".len() + u32::MAX.to_string().len() <= 255);
    }
}
