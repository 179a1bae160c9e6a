use super::ast::{Form, Schema};
use crate::shape::{Field, Fields, choice, debug, of_fields, of_type};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{Generics, Type, parse_quote};

pub(crate) fn emit(schema: &Schema<'_>) -> TokenStream {
    let import = schema.attrs.runtime().import();
    let ident = schema.ident();
    let shape = shape(schema);
    let debug = redacting(schema);
    let generics = bounded(schema);
    let (of, with, bounds) = generics.split_for_impl();
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #[automatically_derived]
            impl #of __private::Schema for #ident #with #bounds {
                const SHAPE: __private::Shape = #shape;
            }
            #debug
        };
    }
}

fn shape(schema: &Schema<'_>) -> TokenStream {
    if let Some(wire) = schema.attrs.wire.get() {
        return of_type(wire);
    }
    let name = schema.ident().unraw().to_string();
    let fields = match &schema.form {
        Form::Enum(variants) => return choice(&name, variants, &schema.serde, schema.attrs.open.is_some()),
        Form::Struct(fields) => fields,
    };
    if schema.serde.transparent {
        return match fields.all().iter().find(|field| shows_through(field)) {
            Some(field) => of_type(field.wire()),
            None => quote!(__private::Shape::Null),
        };
    }
    let shape = of_fields(&name, fields, &schema.serde);
    match (fields, shape) {
        (_, None) => quote!(__private::Shape::Null),
        (Fields::Newtype(_), Some(shape)) => quote!(__private::Shape::newtype(#shape)),
        (_, Some(shape)) => shape,
    }
}

/// The one that a transparent struct is: serde passes over what it does not read from the wire.
fn shows_through(field: &Field<'_>) -> bool {
    let serde = &field.serde;
    let phantom =
        matches!(field.ty(), Type::Path(ty) if ty.path.segments.last().is_some_and(|last| last.ident == "PhantomData"));
    !phantom && !serde.skip_serializing && !serde.skip_deserializing && serde.default.is_none()
}

/// The parameters that are seen on the wire have a shape.
fn bounded(schema: &Schema<'_>) -> Generics {
    let mut generics = schema.original.generics.clone();
    let wire = schema.attrs.wire.get();
    let fields = schema.all_fields();
    let fields = fields.iter().flat_map(|fields| fields.all());
    let there = fields.filter(|field| field.is_there()).map(Field::wire);
    let seen: Vec<&Type> = match wire {
        Some(wire) => vec![wire],
        None => there.collect(),
    };
    let is_seen = |parameter: &syn::TypeParam| {
        let mentions = |ty: &&Type| crate::shape::mentions(ty, &parameter.ident);
        let phantom = |ty: &&Type| ty.to_token_stream().to_string().contains("PhantomData");
        seen.iter().any(|ty| mentions(ty) && !phantom(ty))
    };
    for parameter in generics.type_params_mut() {
        if is_seen(parameter) {
            parameter.bounds.push(parse_quote!(__private::Schema));
        }
    }
    generics
}

/// `Debug` without the sensitive values, where there are some.
pub(super) fn redacting(schema: &Schema<'_>) -> Option<TokenStream> {
    let span = schema.sensitive()?;
    let (of_struct, variants) = match &schema.form {
        Form::Struct(fields) => (Some(fields), &[][..]),
        Form::Enum(variants) => (None, &variants[..]),
    };
    Some(debug(
        span,
        schema.ident(),
        &schema.original.generics,
        of_struct,
        variants,
    ))
}
