use super::attr::{EventAttrs, marks};
use crate::ctxt::Ctxt;
use crate::serde;
use crate::shape::{Field, Fields};
use crate::text;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Data, DeriveInput};

/// The struct that `#[derive(Event)]` is on.
pub(crate) struct Event<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: EventAttrs,
    pub(crate) serde: serde::Container,
    pub(crate) summary: String,
    /// Named ones; none when it is no struct with such.
    pub(crate) fields: Fields<'a>,
}

impl<'a> Event<'a> {
    pub(crate) fn from_syn(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        let serde = serde::Container::from_attrs(&input.attrs);
        Self {
            original: input,
            attrs: EventAttrs::from_syn(cx, &input.attrs),
            summary: text::summary(&input.attrs),
            fields: fields(cx, input, &serde),
            serde,
        }
    }

    pub(crate) fn ident(&self) -> &'a Ident {
        &self.original.ident
    }

    pub(crate) fn fields(&self) -> &[Field<'a>] {
        self.fields.all()
    }

    pub(crate) fn key(&self) -> Option<&Field<'a>> {
        self.fields().iter().find(|field| field.marks.key.is_some())
    }

    pub(crate) fn sequence(&self) -> Option<&Field<'a>> {
        self.fields().iter().find(|field| field.marks.sequence.is_some())
    }
}

fn fields<'a>(cx: &Ctxt, input: &'a DeriveInput, serde: &serde::Container) -> Fields<'a> {
    let ident = &input.ident;
    let wrong = |at: &dyn ToTokens, what: &str| {
        cx.error(
            at,
            format_args!("an event is a struct with named fields, and `{ident}` {what}"),
        );
        Fields::Unit
    };
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => {
            let what = "is an enum; make each variant an event of its own, and take several in one handler with \
                        `#[derive(EventSet)]`";
            return wrong(&data.enum_token, what);
        }
        Data::Union(data) => return wrong(&data.union_token, "is a union"),
    };
    match fields {
        syn::Fields::Named(_) => Fields::from_syn(fields, serde.rules, &|field| marks(cx, &field.attrs)),
        syn::Fields::Unnamed(fields) => wrong(
            &fields,
            "has fields without names; name them, because names are the contract",
        ),
        syn::Fields::Unit => wrong(
            &ident,
            "has none; write `{}` after the name for an event that says nothing more",
        ),
    }
}
