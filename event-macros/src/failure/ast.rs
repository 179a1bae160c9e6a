use super::attr::{Choice, FailureAttrs};
use crate::ctxt::Ctxt;
use proc_macro2::Ident;
use syn::{Data, DeriveInput, Fields};

/// The enum or struct that `#[derive(Failure)]` is on.
pub(crate) struct Failure<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: FailureAttrs,
    /// The variants of an enum; a struct is its own single variant.
    pub(crate) variants: Vec<Variant<'a>>,
    pub(crate) is_enum: bool,
}

pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) fields: &'a Fields,
    /// A struct's attributes are those of its single variant.
    pub(crate) attrs: Option<FailureAttrs>,
}

impl<'a> Failure<'a> {
    pub(crate) fn from_syn(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        let attrs = FailureAttrs::from_syn(cx, &input.attrs);
        let variants = match &input.data {
            Data::Enum(data) => data
                .variants
                .iter()
                .map(|variant| Variant::from_syn(cx, variant))
                .collect(),
            Data::Struct(data) => vec![Variant {
                ident: &input.ident,
                fields: &data.fields,
                attrs: None,
            }],
            Data::Union(data) => {
                cx.error(data.union_token, "a failure is an enum or a struct, not a union");
                Vec::new()
            }
        };
        Self {
            original: input,
            attrs,
            variants,
            is_enum: matches!(input.data, Data::Enum(_)),
        }
    }

    pub(crate) fn ident(&self) -> &'a Ident {
        &self.original.ident
    }

    /// What the variant says, or else its enum.
    pub(crate) fn choice<'s>(&'s self, variant: &'s Variant<'a>) -> Option<&'s Choice> {
        let own = variant.attrs.as_ref().and_then(|attrs| attrs.choice.as_ref());
        own.or(self.attrs.choice.as_ref()).map(|(_, choice)| choice)
    }
}

impl<'a> Variant<'a> {
    fn from_syn(cx: &Ctxt, variant: &'a syn::Variant) -> Self {
        Self {
            ident: &variant.ident,
            fields: &variant.fields,
            attrs: Some(FailureAttrs::from_syn(cx, &variant.attrs)),
        }
    }
}
