use crate::attr::{Once, Opt};
use crate::ctxt::Ctxt;
use crate::serde;
use crate::symbol::{SENSITIVE, WIRE};
use proc_macro2::{Ident, Span};
use syn::Type;
use syn::ext::IdentExt as _;

/// The fields of a struct or a variant.
pub(crate) enum Fields<'a> {
    Named(Vec<Field<'a>>),
    /// One without a name, which is not to be seen on the wire.
    Newtype(Box<Field<'a>>),
    Tuple(Vec<Field<'a>>),
    Unit,
}

pub(crate) struct Field<'a> {
    pub(crate) original: &'a syn::Field,
    pub(crate) serde: serde::Field,
    /// Those on the wire; of a field without a name, its place.
    pub(crate) names: serde::Names,
    pub(crate) marks: Marks,
}

pub(crate) struct Variant<'a> {
    pub(crate) original: &'a syn::Variant,
    pub(crate) serde: serde::Variant,
    pub(crate) names: serde::Names,
    pub(crate) fields: Fields<'a>,
}

/// What our own attributes say about a field.
#[derive(Default)]
pub(crate) struct Marks {
    /// Only in events.
    pub(crate) key: Option<Ident>,
    /// Only in events.
    pub(crate) sequence: Option<Ident>,
    pub(crate) sensitive: Option<Ident>,
    /// The type that it looks like on the wire, where that is another one.
    pub(crate) wire: Once<Type>,
}

impl Marks {
    /// Takes the option, if it is one of these.
    pub(crate) fn accept(&mut self, cx: &Ctxt, option: &Opt) -> bool {
        let word = &option.word;
        if *word == WIRE {
            self.wire.set(cx, word, option.quoted_ty(cx));
        } else if *word == SENSITIVE {
            option.mark(cx, &mut self.sensitive);
        } else {
            return false;
        }
        true
    }
}

impl<'a> Field<'a> {
    pub(crate) fn ty(&self) -> &'a Type {
        &self.original.ty
    }

    /// The type whose form it has on the wire.
    pub(crate) fn wire(&self) -> &Type {
        self.marks.wire.get().unwrap_or(&self.original.ty)
    }

    /// Whether it is there at all on the wire.
    pub(crate) fn is_there(&self) -> bool {
        !self.serde.is_skipped()
    }
}

impl<'a> Fields<'a> {
    /// `marks` reads our own attribute on a field.
    pub(crate) fn from_syn(
        fields: &'a syn::Fields,
        rules: serde::Rules,
        marks: &dyn Fn(&'a syn::Field) -> Marks,
    ) -> Self {
        let mut all = fields.iter().enumerate().map(|(at, original)| {
            let serde = serde::Field::from_attrs(&original.attrs);
            let plain = original
                .ident
                .as_ref()
                .map_or_else(|| at.to_string(), |ident| ident.unraw().to_string());
            Field {
                original,
                names: serde.names(&plain, rules),
                serde,
                marks: marks(original),
            }
        });
        match fields {
            syn::Fields::Named(_) => Self::Named(all.collect()),
            syn::Fields::Unit => Self::Unit,
            syn::Fields::Unnamed(_) if all.len() == 1 => match all.next() {
                Some(one) if one.is_there() => Self::Newtype(Box::new(one)),
                _ => Self::Unit,
            },
            syn::Fields::Unnamed(_) => Self::Tuple(all.collect()),
        }
    }

    pub(crate) fn all(&self) -> &[Field<'a>] {
        match self {
            Self::Named(fields) | Self::Tuple(fields) => fields,
            Self::Newtype(field) => std::slice::from_ref(field),
            Self::Unit => &[],
        }
    }

    /// The first `sensitive` that the user wrote.
    pub(crate) fn sensitive(&self) -> Option<Span> {
        self.all()
            .iter()
            .find_map(|field| field.marks.sensitive.as_ref().map(Ident::span))
    }
}
