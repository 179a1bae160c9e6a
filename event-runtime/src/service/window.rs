//! Whether an inbox remembers for long enough.

use super::Registered;
use crate::consumer::UNSETTLED;
use crate::error::{Error, Result};
use std::time::Duration;

/// A repetition that comes after the inbox has forgotten would have a second effect: what the handler itself can cause must
/// lie inside its window.
pub(super) fn check(handlers: &[Registered], dead_letters: Duration) -> Result<()> {
    handlers.iter().try_for_each(|handler| check_one(handler, dead_letters))
}

fn check_one(handler: &Registered, dead_letters: Duration) -> Result<()> {
    let Some(idempotent) = handler.options.idempotent else {
        return Ok(());
    };
    let retry = handler.options.retry;
    let waits = retry.horizon();
    let attempts = handler.options.timeout.saturating_mul(retry.attempts);
    let replayed = attempts.saturating_add(waits);
    let needed = replayed.saturating_add(dead_letters).saturating_add(replayed);
    if idempotent.window >= needed {
        return Ok(());
    }
    Err(Error::Setting(format!(
        "the handler `{}` remembers events for {}, and one of them can come again after {}: {} of {} attempts of {} at \
         most and {} between them, {} as a dead letter, and the attempts again after its replay. Say \
         `idempotent(window = \"{}\")`, or keep dead letters for less: `Service::keep_dead_letters`",
        handler.name,
        text(idempotent.window),
        text(needed),
        text(replayed),
        retry.attempts,
        text(handler.options.timeout),
        text(waits),
        text(dead_letters),
        days(needed),
    )))
}

/// Whether a handler with an order comes to an end with one event while the broker waits for it.
pub(super) fn check_held(handlers: &[Registered]) -> Result<()> {
    let ordered = |handler: &&Registered| handler.options.ordered.is_some();
    for handler in handlers.iter().filter(ordered) {
        let retry = handler.options.retry;
        let attempts = handler.options.timeout.saturating_mul(retry.attempts);
        let needed = attempts.saturating_add(retry.horizon());
        if needed > UNSETTLED {
            return Err(Error::Setting(format!(
                "the handler `{}` keeps an event in hand until it is done, because later ones of its key wait behind it, and \
                 that may take {}: {} attempts of {} at most and {} between them. The broker takes it back after 30m, so say \
                 less than {}: `retry(attempts = .., to = ..)`, `timeout = ..`",
                handler.name,
                text(needed),
                retry.attempts,
                text(handler.options.timeout),
                text(retry.horizon()),
                text(UNSETTLED),
            )));
        }
    }
    Ok(())
}

/// Whole days are said as days, everything else as seconds or less.
pub(super) fn text(time: Duration) -> String {
    let (seconds, millis) = (time.as_secs(), time.subsec_millis());
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut text = String::new();
    let mut rest = seconds;
    for (unit, length) in units {
        if rest >= length {
            text.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if millis > 0 && seconds < 60 {
        text.push_str(&format!("{millis}ms"));
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Rounded up to what can be written in the attribute.
fn days(time: Duration) -> String {
    format!("{}d", time.as_secs().div_ceil(86_400).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_a_few_units() {
        let cases = [
            (0, "0s"),
            (1_500, "1s500ms"),
            (90_000, "1m30s"),
            (7 * 86_400_000, "7d"),
            (86_400_000 + 60_000, "1d1m"),
        ];
        for (millis, wanted) in cases {
            assert_eq!(text(Duration::from_millis(millis)), wanted);
        }
        assert_eq!(days(Duration::from_secs(86_401)), "2d");
    }
}
