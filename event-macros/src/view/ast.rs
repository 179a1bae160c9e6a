use super::attr::{ViewAttrs, marks};
use crate::ctxt::Ctxt;
use crate::serde;
use crate::shape::{Field, Fields};
use crate::text;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Data, DeriveInput};

/// The struct that `#[derive(View)]` is on.
pub(crate) struct View<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: ViewAttrs,
    pub(crate) serde: serde::Container,
    pub(crate) summary: String,
    /// Named ones; none when it is no struct with such.
    pub(crate) fields: Fields<'a>,
}

impl<'a> View<'a> {
    pub(crate) fn from_syn(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        let serde = serde::Container::from_attrs(&input.attrs);
        Self {
            original: input,
            attrs: ViewAttrs::from_syn(cx, &input.attrs),
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
}

fn fields<'a>(cx: &Ctxt, input: &'a DeriveInput, serde: &serde::Container) -> Fields<'a> {
    let ident = &input.ident;
    let at: &dyn ToTokens = match &input.data {
        Data::Struct(data) => match &data.fields {
            fields @ syn::Fields::Named(_) => {
                return Fields::from_syn(fields, serde.rules, &|field| marks(cx, &field.attrs));
            }
            _ => ident,
        },
        Data::Enum(data) => &data.enum_token,
        Data::Union(data) => &data.union_token,
    };
    cx.error(
        at,
        format_args!("a view is a struct with the fields that are read: `struct {ident} {{ order_id: Uuid }}`"),
    );
    Fields::Unit
}
