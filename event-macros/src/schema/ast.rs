use super::attr::{SchemaAttrs, marks, none};
use crate::ctxt::Ctxt;
use crate::serde;
use crate::shape::{Fields, Variant};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput};

/// The type that `#[derive(Schema)]` is on.
pub(crate) struct Schema<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: SchemaAttrs,
    pub(crate) serde: serde::Container,
    pub(crate) form: Form<'a>,
}

pub(crate) enum Form<'a> {
    Struct(Fields<'a>),
    Enum(Vec<Variant<'a>>),
}

impl<'a> Schema<'a> {
    pub(crate) fn from_syn(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        let attrs = SchemaAttrs::from_syn(cx, &input.attrs);
        let serde = serde::Container::from_attrs(&input.attrs);
        let of_field = |field: &'a syn::Field| marks(cx, &field.attrs);
        let form = match &input.data {
            Data::Struct(data) => Form::Struct(Fields::from_syn(&data.fields, serde.rules, &of_field)),
            Data::Enum(data) => {
                let variant = |original: &'a syn::Variant| {
                    none(cx, &original.attrs);
                    let own = serde::Variant::from_attrs(&original.attrs);
                    Variant {
                        original,
                        names: own.names(&original.ident.unraw().to_string(), serde.rules),
                        fields: Fields::from_syn(&original.fields, own.rules.or(serde.field_rules), &of_field),
                        serde: own,
                    }
                };
                Form::Enum(data.variants.iter().map(variant).collect())
            }
            Data::Union(data) => {
                cx.error(data.union_token, "a union has no form on the wire; make it an enum");
                Form::Enum(Vec::new())
            }
        };
        Self {
            original: input,
            attrs,
            serde,
            form,
        }
    }

    pub(crate) fn ident(&self) -> &'a Ident {
        &self.original.ident
    }

    pub(crate) fn all_fields(&self) -> Vec<&Fields<'a>> {
        match &self.form {
            Form::Struct(fields) => vec![fields],
            Form::Enum(variants) => variants.iter().map(|variant| &variant.fields).collect(),
        }
    }

    /// The first `sensitive` that the user wrote.
    pub(crate) fn sensitive(&self) -> Option<Span> {
        self.all_fields().into_iter().find_map(Fields::sensitive)
    }
}
