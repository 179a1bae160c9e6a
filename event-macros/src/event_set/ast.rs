use crate::attr::{Once, Options};
use crate::ctxt::Ctxt;
use crate::runtime_path::RuntimePath;
use crate::symbol::{CRATE, EVENT_SET};
use proc_macro2::Ident;
use syn::{Attribute, Data, DeriveInput, Fields, Type};

/// The enum that `#[derive(EventSet)]` is on.
pub(crate) struct EventSet<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) runtime: RuntimePath,
    pub(crate) members: Vec<Member<'a>>,
}

/// A variant with its event.
pub(crate) struct Member<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
}

impl<'a> EventSet<'a> {
    pub(crate) fn from_syn(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        Self {
            original: input,
            runtime: runtime(cx, &input.attrs),
            members: members(cx, input),
        }
    }

    pub(crate) fn ident(&self) -> &'a Ident {
        &self.original.ident
    }
}

fn runtime(cx: &Ctxt, attrs: &[Attribute]) -> RuntimePath {
    let mut options = Options::from_attrs(cx, EVENT_SET, attrs);
    let mut runtime = Once::default();
    for option in std::mem::take(&mut options.found) {
        if option.word == CRATE {
            runtime.set(cx, &option.word, option.runtime(cx));
        } else {
            options.unknown(cx, EVENT_SET, &option.word, &[CRATE]);
        }
    }
    runtime.take().unwrap_or_default()
}

fn members<'a>(cx: &Ctxt, input: &'a DeriveInput) -> Vec<Member<'a>> {
    let example = "`enum OrderEvents { Placed(OrderPlaced), Paid(OrderPaid) }`";
    let wrong = format!("an event set is an enum with one event per variant: {example}");
    let variants = match &input.data {
        Data::Enum(data) => &data.variants,
        Data::Struct(data) => {
            cx.error(data.struct_token, wrong);
            return Vec::new();
        }
        Data::Union(data) => {
            cx.error(data.union_token, wrong);
            return Vec::new();
        }
    };
    if variants.is_empty() {
        cx.error(
            &input.ident,
            format_args!("the set is empty; give it one variant per event: {example}"),
        );
    }
    let member = |variant: &'a syn::Variant| {
        let ident = &variant.ident;
        match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some(Member {
                ident,
                ty: &fields.unnamed[0].ty,
            }),
            Fields::Unit => {
                cx.error(
                    ident,
                    format_args!("the variant has no event; write `{ident}(TheEvent)`"),
                );
                None
            }
            Fields::Named(fields) => {
                cx.error(
                    fields,
                    format_args!("the event goes into parentheses: `{ident}(TheEvent)`"),
                );
                None
            }
            Fields::Unnamed(fields) => {
                cx.error(
                    fields,
                    format_args!("a variant holds exactly one event: `{ident}(TheEvent)`"),
                );
                None
            }
        }
    };
    variants.iter().filter_map(member).collect()
}
