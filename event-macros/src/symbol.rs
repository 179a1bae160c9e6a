//! Every word of an attribute, once.

use proc_macro2::Ident;
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol(pub(crate) &'static str);

impl PartialEq<Symbol> for Ident {
    fn eq(&self, word: &Symbol) -> bool {
        self == word.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! symbols {
    ($($name:ident = $word:literal,)+) => {
        $(pub(crate) const $name: Symbol = Symbol($word);)+
    };
}

symbols! {
    // The attributes.
    EVENT = "event",
    EVENT_SET = "event_set",
    FAILURE = "failure",
    HANDLER = "handler",
    RECONCILE = "reconcile",
    SCHEMA = "schema",
    VIEW = "view",
    // Everywhere.
    CRATE = "crate",
    NAME = "name",
    // #[event(..)] on a struct.
    VERSION = "version",
    OWNER = "owner",
    SOURCE = "source",
    UPCAST_FROM = "upcast_from",
    UNROUTED = "unrouted",
    // #[event(..)] on a field.
    KEY = "key",
    SEQUENCE = "sequence",
    SENSITIVE = "sensitive",
    WIRE = "wire",
    // #[view(..)].
    VERSIONS = "versions",
    OF = "of",
    // #[schema(..)] on an enum.
    OPEN = "open",
    // #[failure(..)].
    RETRY = "retry",
    AFTER = "after",
    POISON = "poison",
    SKIP = "skip",
    TRANSPARENT = "transparent",
    // #[handler(..)].
    ATTEMPTS = "attempts",
    FROM = "from",
    TO = "to",
    TIMEOUT = "timeout",
    CONCURRENCY = "concurrency",
    PREFETCH = "prefetch",
    RATE = "rate",
    BATCH = "batch",
    MAX = "max",
    WITHIN = "within",
    IDEMPOTENT = "idempotent",
    BY = "by",
    WINDOW = "window",
    ALONE = "alone",
    ORDERED_BY = "ordered_by",
    PARTITIONS = "partitions",
    ON_POISON = "on_poison",
    STALE = "stale",
    // #[reconcile(..)].
    EVERY = "every",
}
