//! The options with more than one part.

use crate::attr::{Once, Opt, Value};
use crate::ctxt::Ctxt;
use crate::symbol::{ALONE, ATTEMPTS, BATCH, BY, FROM, IDEMPOTENT, MAX, RETRY, TO, WINDOW, WITHIN};
use crate::value::Written;
use proc_macro2::Ident;
use std::time::Duration;
use syn::{LitInt, LitStr};

type Number = Written<u32, LitInt>;
type Time = Written<Duration, LitStr>;

/// `retry(attempts = 5, from = "200ms", to = "30s")`.
#[derive(Default)]
pub(crate) struct Retry {
    pub(crate) attempts: Once<Number>,
    pub(crate) from: Once<Time>,
    pub(crate) to: Once<Time>,
}

impl Retry {
    pub(crate) fn from_option(cx: &Ctxt, option: &Opt) -> Option<Self> {
        let mut options = option.options(cx, "attempts = 5, from = \"200ms\", to = \"30s\"")?;
        let mut retry = Self::default();
        for option in std::mem::take(&mut options.found) {
            let word = &option.word;
            if *word == ATTEMPTS {
                retry.attempts.set(cx, word, option.count(cx, 1000, 5));
            } else if *word == FROM {
                retry.from.set(cx, word, option.duration(cx, "200ms"));
            } else if *word == TO {
                retry.to.set(cx, word, option.duration(cx, "30s"));
            } else {
                options.unknown(cx, RETRY, word, &[ATTEMPTS, FROM, TO]);
            }
        }
        Some(retry)
    }
}

/// `idempotent`, or `idempotent(by = "payment_id", window = "14d", alone)`.
#[derive(Default)]
pub(crate) struct Idempotent {
    pub(crate) by: Once<(LitStr, Ident)>,
    pub(crate) window: Once<Time>,
    pub(crate) alone: Once<()>,
}

impl Idempotent {
    pub(crate) fn from_option(cx: &Ctxt, option: &Opt) -> Option<Self> {
        let mut idempotent = Self::default();
        if matches!(option.value, Value::None) {
            return Some(idempotent);
        }
        let mut options = option.options(cx, "by = \"payment_id\", window = \"14d\"")?;
        for option in std::mem::take(&mut options.found) {
            let word = &option.word;
            if *word == BY {
                idempotent.by.set(cx, word, field(cx, &option));
            } else if *word == WINDOW {
                idempotent.window.set(cx, word, option.duration(cx, "14d"));
            } else if *word == ALONE {
                idempotent.alone.set(cx, word, option.flag(cx));
            } else {
                options.unknown(cx, IDEMPOTENT, word, &[BY, WINDOW, ALONE]);
            }
        }
        Some(idempotent)
    }
}

/// A field of the event, in the place of the text that names it.
fn field(cx: &Ctxt, option: &Opt) -> Option<(LitStr, Ident)> {
    let text = option.filled(cx, "payment_id")?;
    match text.parse::<Ident>() {
        Ok(mut ident) => {
            ident.set_span(text.span());
            Some((text, ident))
        }
        Err(_) => {
            cx.error(text, "`by` names one field of the event, such as `by = \"payment_id\"`");
            None
        }
    }
}

/// `batch(max = 100, within = "500ms")`.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) max: Once<Number>,
    pub(crate) within: Once<Time>,
}

impl Batch {
    pub(crate) fn from_option(cx: &Ctxt, option: &Opt) -> Option<Self> {
        let mut options = option.options(cx, "max = 100, within = \"500ms\"")?;
        let mut batch = Self::default();
        for option in std::mem::take(&mut options.found) {
            let word = &option.word;
            if *word == MAX {
                batch.max.set(cx, word, option.count(cx, u16::MAX.into(), 100));
            } else if *word == WITHIN {
                batch.within.set(cx, word, option.duration(cx, "500ms"));
            } else {
                options.unknown(cx, BATCH, word, &[MAX, WITHIN]);
            }
        }
        for (given, missing) in [
            (batch.max.is_given(), "max = 100"),
            (batch.within.is_given(), "within = \"500ms\""),
        ] {
            if !given && options.complete {
                cx.error(&option.word, format_args!("when is a batch full? Add `{missing}`"));
            }
        }
        Some(batch)
    }
}

/// `rate = "100/s"`.
pub(crate) struct Rate {
    pub(crate) count: u32,
    pub(crate) per: Duration,
}

impl Rate {
    pub(crate) fn from_option(cx: &Ctxt, option: &Opt) -> Option<Self> {
        let text = option.text(cx, "100/s")?;
        let rate = parse_rate(&text.value());
        if rate.is_none() && matches!(option.value, Value::Is(_)) {
            cx.error(
                text,
                "not a rate; write how many, a slash and a unit: \"100/s\", \"60/m\" or \"1000/h\"",
            );
        }
        rate
    }
}

fn parse_rate(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/')?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let count = count
        .parse()
        .ok()
        .filter(|count| *count > 0 && text.as_bytes()[0].is_ascii_digit())?;
    Some(Rate {
        count,
        per: Duration::from_secs(seconds),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        for (text, seconds) in [("100/s", 1), ("100/m", 60), ("100/h", 3600)] {
            let rate = parse_rate(text).unwrap();
            assert_eq!((rate.count, rate.per), (100, Duration::from_secs(seconds)), "{text}");
        }
        for bad in [
            "",
            "/",
            "100",
            "/s",
            "0/s",
            "-1/s",
            "+1/s",
            "1.5/s",
            "1/d",
            "1/ s",
            "99999999999/s",
        ] {
            assert!(parse_rate(bad).is_none(), "{bad}");
        }
    }
}
