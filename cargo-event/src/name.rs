//! Names: of events, services and handlers, and what they are called in Rust.

use crate::error::{Error, Result};
use event_contract::{check_event_name, check_word};

/// Checks an event's name. One that is nearly right is shown as it should be.
pub(crate) fn event(name: &str) -> Result<()> {
    let Err(why) = check_event_name(name) else {
        return Ok(());
    };
    let error = Error::new(format!("`{name}` is no name of an event: {why}"));
    if let Some((rest, version)) = event_contract::split_type(name)
        && check_event_name(rest).is_ok()
    {
        return Err(error.help(format!("did you mean `{rest}` with `--version {}`?", version.get())));
    }
    Err(match lowered(name, '.') {
        Some(meant) if check_event_name(&meant).is_ok() => error.help(format!("did you mean `{meant}`?")),
        _ => error.help("lower-case words joined by dots, in the past tense: `order.placed`"),
    })
}

/// Checks a service's name, which is also that of its package.
pub(crate) fn service(name: &str) -> Result<()> {
    let Err(why) = check_word(name) else {
        return Ok(());
    };
    let error = Error::new(format!("`{name}` is no name of a service: {why}"));
    Err(match lowered(name, '-') {
        Some(meant) if check_word(&meant).is_ok() => error.help(format!("did you mean `{meant}`?")),
        _ => error.help("one lower-case word: `payments`"),
    })
}

/// Checks a handler's name, which is that of its function.
pub(crate) fn handler(name: &str) -> Result<()> {
    let is_function = |name: &str| check_word(name).is_ok() && !name.contains('-') && !is_keyword(name);
    if is_function(name) {
        return Ok(());
    }
    let why = match check_word(name) {
        Err(why) => why.to_string(),
        Ok(()) if is_keyword(name) => "it is a word of Rust itself".to_owned(),
        Ok(()) => "use `_` between words".to_owned(),
    };
    let error = Error::new(format!("`{name}` is no name of a handler: {why}"));
    Err(match lowered(name, '_') {
        Some(meant) if is_function(&meant) => error.help(format!("did you mean `{meant}`?")),
        _ => error.help("a function's name that says what is done: `charge_card`"),
    })
}

/// `OrderPlaced`, `order-placed` and `order placed` as lower-case words between `joint`s.
fn lowered(name: &str, joint: char) -> Option<String> {
    let mut text = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && lower_before {
            text.push(joint);
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
        match c {
            '-' | ' ' | '/' | ':' | '.' => text.push(joint),
            '_' if joint != '.' => text.push(joint),
            _ => text.push(c.to_ascii_lowercase()),
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The module of an event or a handler: `order_placed`.
pub(crate) fn module(name: &str) -> String {
    let module = name.replace(['.', '-'], "_");
    if is_keyword(&module) {
        format!("{module}_event")
    } else {
        module
    }
}

/// The Rust type of an event: `OrderPlaced`.
pub(crate) fn type_name(name: &str) -> String {
    let mut text = String::new();
    let mut start = true;
    for c in name.chars() {
        match c {
            '.' | '_' | '-' => start = true,
            _ if start => {
                text.push(c.to_ascii_uppercase());
                start = false;
            }
            _ => text.push(c),
        }
    }
    if is_keyword(&text) {
        format!("{text}Event")
    } else {
        text
    }
}

/// Whether `word` cannot be an identifier as it is.
pub(crate) fn is_keyword(word: &str) -> bool {
    const WORDS: &str = " Self abstract as async await become box break const continue crate do dyn else enum extern \
        false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self static \
        struct super trait true try type typeof unsafe unsized use virtual where while yield ";
    WORDS.contains(&format!(" {word} "))
}

/// The one of `known` that `given` is a slip of, if it is close to one. Names of events often begin alike, so unlike for
/// `event_contract::suggest` that says nothing here.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (distance(given, word), word))
        .filter(|(distance, _)| *distance <= given.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many letters have to be changed, added or dropped.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<_> = to.bytes().collect();
    let mut row: Vec<_> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let changed = before + usize::from(a != *b);
            before = row[j + 1];
            row[j + 1] = changed.min(before + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(result: Result<()>) -> String {
        result.unwrap_err().helps().join(" ")
    }

    #[test]
    fn near_misses_of_events() {
        assert!(event("order.placed").is_ok());
        for (given, meant) in [
            ("OrderPlaced", "`order.placed`"),
            ("Order.Placed", "`order.placed`"),
            ("order-placed", "`order.placed`"),
            ("order_line.Added", "`order_line.added`"),
            ("order.placed.v2", "`order.placed` with `--version 2`"),
        ] {
            assert_eq!(help(event(given)), format!("did you mean {meant}?"), "{given}");
        }
        for given in ["", "..", "übergabe"] {
            assert!(help(event(given)).contains("past tense"), "{given}");
        }
    }

    #[test]
    fn near_misses_of_services_and_handlers() {
        assert!(service("payment-gateway").is_ok() && handler("charge_card").is_ok());
        assert_eq!(help(service("Payment.Gateway")), "did you mean `payment-gateway`?");
        assert_eq!(help(handler("charge-card")), "did you mean `charge_card`?");
        assert_eq!(help(handler("ChargeCard")), "did you mean `charge_card`?");
        assert!(handler("match").unwrap_err().to_string().contains("a word of Rust"));
        assert!(help(service("1")).contains("`payments`"));
    }

    #[test]
    fn names_in_rust() {
        assert_eq!(module("order.line_added"), "order_line_added");
        assert_eq!(type_name("order.line_added"), "OrderLineAdded");
        assert_eq!(
            (module("match").as_str(), type_name("self").as_str()),
            ("match_event", "SelfEvent")
        );
    }

    #[test]
    fn the_nearest_word() {
        assert_eq!(
            nearest("order.placd", ["order.paid", "order.placed"]),
            Some("order.placed")
        );
        assert_eq!(nearest("x", ["order.paid"]), None);
    }
}
