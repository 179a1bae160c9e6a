use crate::attr::{Once, Opt, Options};
use crate::ctxt::Ctxt;
use crate::runtime_path::RuntimePath;
use crate::shape::Marks;
use crate::symbol::{CRATE, OPEN, SCHEMA, SENSITIVE, Symbol, WIRE};
use proc_macro2::Ident;
use syn::{Attribute, Type};

const ON_TYPE: &[Symbol] = &[WIRE, OPEN, CRATE];
const ON_FIELD: &[Symbol] = &[SENSITIVE, WIRE];

/// `#[schema(..)]` on the type.
#[derive(Default)]
pub(crate) struct SchemaAttrs {
    pub(crate) wire: Once<Type>,
    pub(crate) open: Option<Ident>,
    pub(crate) runtime: Once<RuntimePath>,
}

impl SchemaAttrs {
    pub(crate) fn from_syn(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut options = Options::from_attrs(cx, SCHEMA, attrs);
        let mut schema = Self::default();
        for option in std::mem::take(&mut options.found) {
            schema.read(cx, &mut options, &option);
        }
        schema
    }

    fn read(&mut self, cx: &Ctxt, options: &mut Options, option: &Opt) {
        let word = &option.word;
        if *word == WIRE {
            self.wire.set(cx, word, option.quoted_ty(cx));
        } else if *word == OPEN {
            option.mark(cx, &mut self.open);
        } else if *word == CRATE {
            self.runtime.set(cx, word, option.runtime(cx));
        } else if *word == SENSITIVE {
            cx.error(word, "`sensitive` goes on the field: `#[schema(sensitive)]` above it");
        } else {
            options.unknown(cx, SCHEMA, word, ON_TYPE);
        }
    }

    pub(crate) fn runtime(&self) -> &RuntimePath {
        const DEFAULT: &RuntimePath = &RuntimePath(None);
        self.runtime.get().unwrap_or(DEFAULT)
    }
}

/// `#[schema(..)]` on a field.
pub(crate) fn marks(cx: &Ctxt, attrs: &[Attribute]) -> Marks {
    let mut options = Options::from_attrs(cx, SCHEMA, attrs);
    let mut marks = Marks::default();
    for option in std::mem::take(&mut options.found) {
        let word = &option.word;
        if marks.accept(cx, &option) {
            continue;
        }
        match [OPEN, CRATE].iter().find(|known| *word == **known) {
            Some(known) => cx.error(
                word,
                format_args!("`{known}` goes on the type: into the `#[schema(..)]` above it"),
            ),
            None => options.unknown(cx, SCHEMA, word, ON_FIELD),
        }
    }
    marks
}

/// `#[schema(..)]` on a variant, which has no options.
pub(crate) fn none(cx: &Ctxt, attrs: &[Attribute]) {
    for option in Options::from_attrs(cx, SCHEMA, attrs).found {
        let word = &option.word;
        cx.error(
            word,
            format_args!("a variant has no options; `{word}` goes above the enum, or above a field"),
        );
    }
}
