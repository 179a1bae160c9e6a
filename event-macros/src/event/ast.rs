use super::attr::{EventAttrs, FieldAttrs};
use crate::ctxt::Ctxt;
use crate::serde::Serde;
use crate::text;
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Type};

/// The struct that `#[derive(Event)]` is on.
pub(crate) struct Event<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: EventAttrs,
    pub(crate) summary: String,
    pub(crate) fields: Vec<Field<'a>>,
}

/// One of its fields.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) attrs: FieldAttrs,
    /// The name on the wire; `None` when serde leaves the field out.
    pub(crate) name: Option<String>,
}

impl<'a> Event<'a> {
    pub(crate) fn from_syn(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        Self {
            original: input,
            attrs: EventAttrs::from_syn(cx, &input.attrs),
            summary: text::summary(&input.attrs),
            fields: fields(cx, input),
        }
    }

    pub(crate) fn ident(&self) -> &'a Ident {
        &self.original.ident
    }

    pub(crate) fn key(&self) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.attrs.key.is_some())
    }

    pub(crate) fn sequence(&self) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.attrs.sequence.is_some())
    }

    /// The first `sensitive` that the user wrote.
    pub(crate) fn sensitive(&self) -> Option<Span> {
        self.fields
            .iter()
            .find_map(|field| field.attrs.sensitive.as_ref().map(Ident::span))
    }
}

fn fields<'a>(cx: &Ctxt, input: &'a DeriveInput) -> Vec<Field<'a>> {
    let ident = &input.ident;
    let wrong = |at: &dyn ToTokens, what: &str| {
        cx.error(
            at,
            format_args!("an event is a struct with named fields, and `{ident}` {what}"),
        );
        Vec::new()
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
        Fields::Named(fields) => {
            let serde = Serde::from_attrs(&input.attrs);
            fields
                .named
                .iter()
                .filter_map(|field| Field::from_syn(cx, &serde, field))
                .collect()
        }
        Fields::Unnamed(fields) => wrong(
            &fields,
            "has fields without names; name them, because names are the contract",
        ),
        Fields::Unit => wrong(
            &ident,
            "has none; write `{}` after the name for an event that says nothing more",
        ),
    }
}

impl<'a> Field<'a> {
    fn from_syn(cx: &Ctxt, serde: &Serde, field: &'a syn::Field) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        let own = Serde::from_attrs(&field.attrs);
        Some(Self {
            ident,
            ty: &field.ty,
            attrs: FieldAttrs::from_syn(cx, &field.attrs),
            name: (!own.skip).then(|| serde.name_of(ident, &own)),
        })
    }
}
