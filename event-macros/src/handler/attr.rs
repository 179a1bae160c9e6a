use super::options::{Batch, Idempotent, Rate, Retry};
use super::order::{OnPoison, Stale};
use crate::attr::{Once, Opt, Options};
use crate::ctxt::Ctxt;
use crate::runtime_path::RuntimePath;
use crate::symbol::{
    BATCH, CONCURRENCY, CRATE, FROM, HANDLER, IDEMPOTENT, NAME, ON_POISON, ORDERED_BY, PARTITIONS, PREFETCH, RATE,
    RETRY, STALE, Symbol, TIMEOUT,
};
use crate::value::Written;
use proc_macro2::TokenStream;
use std::time::Duration;
use syn::{LitInt, LitStr};

const KNOWN: &[Symbol] = &[
    NAME,
    IDEMPOTENT,
    RETRY,
    TIMEOUT,
    CONCURRENCY,
    PREFETCH,
    RATE,
    BATCH,
    FROM,
    ORDERED_BY,
    PARTITIONS,
    ON_POISON,
    STALE,
    CRATE,
];

/// `#[handler(..)]`.
#[derive(Default)]
pub(crate) struct HandlerAttrs {
    pub(crate) name: Once<LitStr>,
    pub(crate) idempotent: Once<Idempotent>,
    pub(super) retry: Once<Retry>,
    pub(super) timeout: Once<Written<Duration, LitStr>>,
    pub(super) concurrency: Once<Written<u32, LitInt>>,
    pub(super) prefetch: Once<Written<u32, LitInt>>,
    pub(super) rate: Once<Rate>,
    pub(super) batch: Once<Batch>,
    pub(super) from: Once<Vec<LitStr>>,
    pub(crate) ordered_by: Once<LitStr>,
    pub(super) partitions: Once<Written<u32, LitInt>>,
    pub(super) on_poison: Once<Written<OnPoison, LitStr>>,
    pub(crate) stale: Once<Written<Stale, LitStr>>,
    pub(crate) runtime: Once<RuntimePath>,
}

impl HandlerAttrs {
    pub(crate) fn from_tokens(cx: &Ctxt, tokens: TokenStream) -> Self {
        let mut options = Options::from_tokens(cx, tokens);
        let mut handler = Self::default();
        for option in std::mem::take(&mut options.found) {
            handler.read(cx, &mut options, &option);
        }
        handler
    }

    fn read(&mut self, cx: &Ctxt, options: &mut Options, option: &Opt) {
        const MOST: u32 = u16::MAX as u32;
        let word = &option.word;
        if *word == NAME {
            self.name.set(cx, word, option.filled(cx, "authorize_payment"));
        } else if *word == IDEMPOTENT {
            self.idempotent.set(cx, word, Idempotent::from_option(cx, option));
        } else if *word == RETRY {
            self.retry.set(cx, word, Retry::from_option(cx, option));
        } else if *word == TIMEOUT {
            self.timeout.set(cx, word, option.duration(cx, "30s"));
        } else if *word == CONCURRENCY {
            self.concurrency.set(cx, word, option.count(cx, MOST, 16));
        } else if *word == PREFETCH {
            self.prefetch.set(cx, word, option.count(cx, MOST, 100));
        } else if *word == RATE {
            self.rate.set(cx, word, Rate::from_option(cx, option));
        } else if *word == BATCH {
            self.batch.set(cx, word, Batch::from_option(cx, option));
        } else if *word == FROM {
            self.from.set(cx, word, option.texts(cx, "checkout"));
        } else if *word == ORDERED_BY {
            self.ordered_by.set(cx, word, option.filled(cx, "order_id"));
        } else if *word == PARTITIONS {
            self.partitions.set(cx, word, option.count(cx, MOST, 4));
        } else if *word == ON_POISON {
            self.on_poison.set(cx, word, OnPoison::from_option(cx, option));
        } else if *word == STALE {
            self.stale.set(cx, word, Stale::from_option(cx, option));
        } else if *word == CRATE {
            self.runtime.set(cx, word, option.runtime(cx));
        } else {
            options.unknown(cx, HANDLER, word, KNOWN);
        }
    }

    pub(crate) fn runtime(&self) -> &RuntimePath {
        const DEFAULT: &RuntimePath = &RuntimePath(None);
        self.runtime.get().unwrap_or(DEFAULT)
    }
}
