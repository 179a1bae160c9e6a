use crate::attr::{Once, Opt, Options};
use crate::ctxt::Ctxt;
use crate::runtime_path::RuntimePath;
use crate::shape::Marks;
use crate::symbol::{CRATE, EVENT, OF, SENSITIVE, Symbol, VERSIONS, VIEW, WIRE};
use crate::value::Written;
use syn::{Attribute, LitInt, LitStr, Type};

const ON_STRUCT: &[Symbol] = &[EVENT, VERSIONS, OF, CRATE];
const ON_FIELD: &[Symbol] = &[SENSITIVE, WIRE];

/// `#[view(..)]` on the struct.
#[derive(Default)]
pub(crate) struct ViewAttrs {
    pub(crate) event: Once<LitStr>,
    pub(crate) versions: Once<Vec<Written<u32, LitInt>>>,
    pub(crate) of: Once<Vec<Type>>,
    pub(crate) runtime: Once<RuntimePath>,
    /// Whether all of it could be read.
    pub(crate) complete: bool,
}

impl ViewAttrs {
    pub(crate) fn from_syn(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut options = Options::from_attrs(cx, VIEW, attrs);
        let mut view = Self::default();
        for option in std::mem::take(&mut options.found) {
            view.read(cx, &mut options, &option);
        }
        view.complete = options.complete;
        view
    }

    fn read(&mut self, cx: &Ctxt, options: &mut Options, option: &Opt) {
        let word = &option.word;
        if *word == EVENT {
            self.event.set(cx, word, option.text(cx, "order.placed"));
        } else if *word == VERSIONS {
            self.versions.set(cx, word, option.counts(cx, u32::MAX, 1));
        } else if *word == OF {
            self.of.set(cx, word, option.tys(cx, "OrderPlaced"));
        } else if *word == CRATE {
            self.runtime.set(cx, word, option.runtime(cx));
        } else if let Some(known) = ON_FIELD.iter().find(|known| *word == **known) {
            cx.error(
                word,
                format_args!("`{known}` goes on the field: `#[view({known})]` above it"),
            );
        } else {
            options.unknown(cx, VIEW, word, ON_STRUCT);
        }
    }

    pub(crate) fn runtime(&self) -> &RuntimePath {
        const DEFAULT: &RuntimePath = &RuntimePath(None);
        self.runtime.get().unwrap_or(DEFAULT)
    }
}

/// `#[view(..)]` on a field.
pub(crate) fn marks(cx: &Ctxt, attrs: &[Attribute]) -> Marks {
    let mut options = Options::from_attrs(cx, VIEW, attrs);
    let mut marks = Marks::default();
    for option in std::mem::take(&mut options.found) {
        let word = &option.word;
        if marks.accept(cx, &option) {
            continue;
        }
        match ON_STRUCT.iter().find(|known| *word == **known) {
            Some(known) => cx.error(
                word,
                format_args!("`{known}` goes on the struct: into the `#[view(..)]` above it"),
            ),
            None => options.unknown(cx, VIEW, word, ON_FIELD),
        }
    }
    marks
}
