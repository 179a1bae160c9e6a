use crate::attr::{Once, Opt, Options};
use crate::ctxt::Ctxt;
use crate::runtime_path::RuntimePath;
use crate::shape::Marks;
use crate::symbol::{
    CRATE, EVENT, KEY, NAME, OWNER, SENSITIVE, SEQUENCE, SOURCE, Symbol, UNROUTED, UPCAST_FROM, VERSION, WIRE,
};
use crate::value::Written;
use syn::{Attribute, LitInt, LitStr, Type};

const ON_STRUCT: &[Symbol] = &[NAME, VERSION, OWNER, SOURCE, UPCAST_FROM, UNROUTED, CRATE];
const ON_FIELD: &[Symbol] = &[KEY, SEQUENCE, SENSITIVE, WIRE];

/// `#[event(..)]` on the struct.
#[derive(Default)]
pub(crate) struct EventAttrs {
    pub(crate) name: Once<LitStr>,
    pub(crate) version: Once<Written<u32, LitInt>>,
    pub(crate) owner: Once<LitStr>,
    pub(crate) source: Once<LitStr>,
    pub(crate) upcast_from: Once<Type>,
    pub(crate) unrouted: Once<LitStr>,
    pub(crate) runtime: Once<RuntimePath>,
    /// Whether all of it could be read.
    pub(crate) complete: bool,
}

impl EventAttrs {
    pub(crate) fn from_syn(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut options = Options::from_attrs(cx, EVENT, attrs);
        let mut event = Self::default();
        for option in std::mem::take(&mut options.found) {
            event.read(cx, &mut options, &option);
        }
        event.complete = options.complete;
        event
    }

    fn read(&mut self, cx: &Ctxt, options: &mut Options, option: &Opt) {
        let word = &option.word;
        if *word == NAME {
            self.name.set(cx, word, option.text(cx, "order.placed"));
        } else if *word == VERSION {
            self.version.set(cx, word, option.count(cx, u32::MAX, 1));
        } else if *word == OWNER {
            self.owner.set(cx, word, option.filled(cx, "checkout"));
        } else if *word == SOURCE {
            self.source
                .set(cx, word, option.filled(cx, "https://shop.example/checkout"));
        } else if *word == UPCAST_FROM {
            self.upcast_from.set(cx, word, option.ty(cx, "OrderPlacedV1"));
        } else if *word == UNROUTED {
            self.unrouted.set(cx, word, option.text(cx, "keep"));
        } else if *word == CRATE {
            self.runtime.set(cx, word, option.runtime(cx));
        } else if let Some(known) = ON_FIELD.iter().find(|known| *word == **known) {
            cx.error(
                word,
                format_args!("`{known}` goes on the field: `#[event({known})]` above it"),
            );
        } else {
            options.unknown(cx, EVENT, word, ON_STRUCT);
        }
    }

    pub(crate) fn runtime(&self) -> &RuntimePath {
        const DEFAULT: &RuntimePath = &RuntimePath(None);
        self.runtime.get().unwrap_or(DEFAULT)
    }
}

/// `#[event(..)]` on a field.
pub(crate) fn marks(cx: &Ctxt, attrs: &[Attribute]) -> Marks {
    let mut options = Options::from_attrs(cx, EVENT, attrs);
    let mut marks = Marks::default();
    for option in std::mem::take(&mut options.found) {
        let word = &option.word;
        if marks.accept(cx, &option) {
            continue;
        }
        if *word == KEY {
            option.mark(cx, &mut marks.key);
        } else if *word == SEQUENCE {
            option.mark(cx, &mut marks.sequence);
        } else if let Some(known) = ON_STRUCT.iter().find(|known| *word == **known) {
            cx.error(
                word,
                format_args!("`{known}` goes on the struct: into the `#[event(..)]` above it"),
            );
        } else {
            options.unknown(cx, EVENT, word, ON_FIELD);
        }
    }
    marks
}
