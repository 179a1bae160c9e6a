use crate::attr::{Once, Opt, Options, Value};
use crate::ctxt::Ctxt;
use crate::runtime_path::RuntimePath;
use crate::symbol::{AFTER, CRATE, FAILURE, POISON, RETRY, SKIP, Symbol, TRANSPARENT};
use proc_macro2::Ident;
use std::time::Duration;
use syn::Attribute;

const KNOWN: &[Symbol] = &[RETRY, POISON, SKIP, TRANSPARENT, CRATE];

/// What becomes of the event.
pub(crate) enum Choice {
    Retry,
    RetryAfter(Duration),
    Poison,
    Skip,
    /// What the one field says.
    Transparent,
}

/// `#[failure(..)]` on the type or on a variant.
#[derive(Default)]
pub(crate) struct FailureAttrs {
    /// The choice and the word that says it.
    pub(crate) choice: Option<(Ident, Choice)>,
    pub(crate) runtime: Once<RuntimePath>,
    /// Whether all of it could be read.
    pub(crate) complete: bool,
}

impl FailureAttrs {
    pub(crate) fn from_syn(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut options = Options::from_attrs(cx, FAILURE, attrs);
        let mut failure = Self::default();
        for option in std::mem::take(&mut options.found) {
            failure.read(cx, &mut options, &option);
        }
        failure.complete = options.complete;
        failure
    }

    fn read(&mut self, cx: &Ctxt, options: &mut Options, option: &Opt) {
        let word = &option.word;
        let choice = if *word == RETRY {
            retry(cx, option)
        } else if *word == POISON {
            option.flag(cx).map(|()| Choice::Poison)
        } else if *word == SKIP {
            option.flag(cx).map(|()| Choice::Skip)
        } else if *word == TRANSPARENT {
            option.flag(cx).map(|()| Choice::Transparent)
        } else if *word == CRATE {
            return self.runtime.set(cx, word, option.runtime(cx));
        } else {
            return options.unknown(cx, FAILURE, word, KNOWN);
        };
        let Some(choice) = choice else {
            options.complete = false;
            return;
        };
        match &self.choice {
            Some((first, _)) if first == word => {
                cx.error(word, format_args!("`{word}` is given twice; remove one of them"));
            }
            Some((first, _)) => cx.error(
                word,
                format_args!("a failure is either `{first}` or `{word}`; remove one of them"),
            ),
            None => self.choice = Some((word.clone(), choice)),
        }
    }

    pub(crate) fn runtime(&self) -> &RuntimePath {
        const DEFAULT: &RuntimePath = &RuntimePath(None);
        self.runtime.get().unwrap_or(DEFAULT)
    }
}

/// `retry`, or `retry(after = "30s")`.
fn retry(cx: &Ctxt, option: &Opt) -> Option<Choice> {
    if matches!(option.value, Value::None) {
        return Some(Choice::Retry);
    }
    let mut options = option.options(cx, "after = \"30s\"")?;
    let mut after = Once::default();
    for option in std::mem::take(&mut options.found) {
        if option.word == AFTER {
            after.set(cx, &option.word, option.duration(cx, "30s"));
        } else {
            options.unknown(cx, RETRY, &option.word, &[AFTER]);
        }
    }
    after.take().map(|after| Choice::RetryAfter(after.value))
}
