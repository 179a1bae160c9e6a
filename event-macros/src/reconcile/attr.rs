use crate::attr::{Once, Options};
use crate::ctxt::Ctxt;
use crate::runtime_path::RuntimePath;
use crate::symbol::{CRATE, EVERY, NAME, RECONCILE, Symbol, TIMEOUT, WINDOW};
use crate::value::Written;
use proc_macro2::TokenStream;
use std::time::Duration;
use syn::LitStr;

const KNOWN: &[Symbol] = &[EVERY, TIMEOUT, WINDOW, NAME, CRATE];

type Time = Written<Duration, LitStr>;

/// `#[reconcile(..)]`.
#[derive(Default)]
pub(crate) struct ReconcileAttrs {
    pub(crate) every: Once<Time>,
    pub(crate) timeout: Once<Time>,
    pub(crate) window: Once<Time>,
    pub(crate) name: Once<LitStr>,
    pub(crate) runtime: Once<RuntimePath>,
    /// Every option was understood: what is missing was not merely misspelt.
    pub(crate) complete: bool,
}

impl ReconcileAttrs {
    pub(crate) fn from_tokens(cx: &Ctxt, tokens: TokenStream) -> Self {
        let mut options = Options::from_tokens(cx, tokens);
        let mut attrs = Self::default();
        for option in std::mem::take(&mut options.found) {
            let word = &option.word;
            if *word == EVERY {
                attrs.every.set(cx, word, option.duration(cx, "1h"));
            } else if *word == TIMEOUT {
                attrs.timeout.set(cx, word, option.duration(cx, "5m"));
            } else if *word == WINDOW {
                attrs.window.set(cx, word, option.duration(cx, "14d"));
            } else if *word == NAME {
                attrs.name.set(cx, word, option.filled(cx, "missing_payments"));
            } else if *word == CRATE {
                attrs.runtime.set(cx, word, option.runtime(cx));
            } else {
                options.unknown(cx, RECONCILE, word, KNOWN);
            }
        }
        attrs.complete = options.complete;
        attrs
    }

    pub(crate) fn runtime(&self) -> &RuntimePath {
        const DEFAULT: &RuntimePath = &RuntimePath(None);
        self.runtime.get().unwrap_or(DEFAULT)
    }
}
