//! What a handler that asks for order needs of its events. Evaluated in constants, as in `check`.

use crate::Contract;
use crate::check::same;
use crate::text::Text;

/// Checks that `field` is the key of every event that a handler takes.
///
/// # Panics
///
/// When it is not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_ordered_by(field: &str, takes: &[&Contract]) {
    let mut at = 0;
    while at < takes.len() {
        let own = takes[at];
        at += 1;
        if own.is_invalid() {
            continue;
        }
        let text = Text::new().add("events are ordered by their key, and ");
        match own.key {
            Some(key) if same(key, field) => {}
            Some(key) => {
                let text = text
                    .add("the key of `")
                    .add(own.name)
                    .add("` is `")
                    .add(key)
                    .add("`: write `ordered_by = \"")
                    .add(key)
                    .add("\"`, or put `#[event(key)]` on `")
                    .add(field)
                    .add("` there");
                panic!("{}", text.as_str());
            }
            None => {
                let text = text
                    .add("`")
                    .add(own.name)
                    .add("` has none: put `#[event(key)]` on its field `")
                    .add(field)
                    .add("`");
                panic!("{}", text.as_str());
            }
        }
    }
}

/// Checks that every event that a handler takes counts the changes of its key.
///
/// # Panics
///
/// When one does not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_sequenced(takes: &[&Contract]) {
    let mut at = 0;
    while at < takes.len() {
        let own = takes[at];
        at += 1;
        if own.is_invalid() || (own.key.is_some() && own.sequence.is_some()) {
            continue;
        }
        let missing = if own.key.is_none() {
            "has no key: put `#[event(key)]` on the field that says what the event is about"
        } else {
            "does not count the changes of a key: put `#[event(sequence)]` on the integer that does"
        };
        let text = Text::new()
            .add("an event is stale when a newer one of its key was handled, and `")
            .add(own.name)
            .add("` ")
            .add(missing);
        panic!("{}", text.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    const PLAIN: Contract = Contract::new("order.placed", Version::FIRST, "order.placed.v1");
    const KEYED: Contract = PLAIN.with_key("order_id");
    const COUNTED: Contract = KEYED.with_sequence("change");

    #[test]
    fn good_events() {
        check_ordered_by("order_id", &[&KEYED, &COUNTED, &Contract::INVALID]);
        check_sequenced(&[&COUNTED, &Contract::INVALID]);
    }

    #[test]
    #[should_panic = "the key of `order.placed` is `order_id`: write `ordered_by = \"order_id\"`"]
    fn another_field() {
        check_ordered_by("customer_id", &[&KEYED]);
    }

    #[test]
    #[should_panic = "`order.placed` has none: put `#[event(key)]` on its field `order_id`"]
    fn no_key() {
        check_ordered_by("order_id", &[&KEYED, &PLAIN]);
    }

    #[test]
    #[should_panic = "put `#[event(sequence)]` on the integer"]
    fn no_sequence() {
        check_sequenced(&[&KEYED]);
    }

    #[test]
    #[should_panic = "put `#[event(key)]` on the field"]
    fn nothing_to_count() {
        check_sequenced(&[&PLAIN.with_sequence("change")]);
    }
}
