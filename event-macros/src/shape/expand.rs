use super::ast::{Field, Fields, Variant};
use super::flat;
use crate::serde::{Container, Names, SkipIf};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

/// The shape of a type, where the compiler looks it up.
pub(crate) fn of_type(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as __private::Schema>::SHAPE)
}

/// The shape of a struct, or of what a variant holds; `None` for nothing.
pub(crate) fn of_fields(name: &str, fields: &Fields<'_>, serde: &Container) -> Option<TokenStream> {
    Some(match fields {
        Fields::Named(fields) => {
            let object = object(name, fields, serde);
            quote!(__private::Shape::Object(&#object))
        }
        Fields::Newtype(field) => of_type(field.wire()),
        Fields::Tuple(fields) => {
            let parts = fields.iter().filter(|field| field.is_there());
            let parts = parts.map(|field| of_type(field.wire()));
            quote!(__private::Shape::Tuple(&[#(#parts),*]))
        }
        Fields::Unit => return None,
    })
}

/// An `Object`.
pub(crate) fn object(name: &str, fields: &[Field<'_>], serde: &Container) -> TokenStream {
    let mut own: Vec<_> = fields
        .iter()
        .filter(|field| field.is_there() && field.serde.flatten.is_none())
        .map(|field| entry(field, serde))
        .collect();
    own.sort_by_key(|(hash, _)| *hash);
    let own = own.iter().map(|(_, entry)| entry).collect::<Vec<_>>();
    let refused = serde
        .deny_unknown_fields
        .then(|| quote!(.with_unknown(__private::Unknown::Refused)));
    let flattened: Vec<_> = fields.iter().filter(|field| field.serde.flatten.is_some()).collect();
    if flattened.is_empty() {
        quote!(__private::Object::new(#name, &[#(#own),*])#refused)
    } else {
        flat::object(name, &own, &flattened, refused.is_some())
    }
}

/// A field, and the hash it is sorted by.
fn entry(field: &Field<'_>, container: &Container) -> (u64, TokenStream) {
    let serde = &field.serde;
    // A name that is never written is known to others as it is read.
    let name = match serde.skip_serializing {
        true => &field.names.read[0],
        false => &field.names.written,
    };
    let hash = event_contract::hash(name);
    let shape = of_type(field.wire());
    let default = serde.default.as_ref().or(container.default.as_ref());
    let required = (serde.reads_with.is_some() && default.is_none()).then(|| quote!(.required()));
    let default = default.map(|path| quote!(.with_default(#path)));
    let sometimes = serde.skip_serializing_if.map(|skip| {
        let null = skip == SkipIf::Other;
        quote!(.sometimes(#null))
    });
    let unwritten = serde.skip_serializing.then(|| quote!(.never_written()));
    let unread = serde.skip_deserializing.then(|| quote!(.never_read()));
    let reads = (!serde.skip_deserializing).then(|| reads(name, &field.names));
    let sensitive = field.marks.sensitive.as_ref().map(|_| quote!(.sensitive()));
    let entry = quote! {
        __private::Field::hashed(#hash, #name, #shape) #required #default #sometimes #unwritten #unread #reads #sensitive
    };
    (hash, entry)
}

/// The names that are read, where they are not just `name`.
fn reads(name: &str, names: &Names) -> Option<TokenStream> {
    let read = &names.read;
    (read.len() != 1 || read[0] != name).then(|| quote!(.with_reads(&[#(#read),*])))
}

/// The shape of an enum.
pub(crate) fn choice(name: &str, variants: &[Variant<'_>], serde: &Container, open: bool) -> TokenStream {
    let tagging = match (&serde.tag, &serde.content) {
        (None, _) => quote!(External),
        (Some((_, tag)), None) => quote!(Internal(#tag)),
        (Some((_, tag)), Some(content)) => quote!(Adjacent(#tag, #content)),
    };
    let internal = serde.tag.is_some() && serde.content.is_none();
    let there = variants.iter().filter(|variant| !variant.serde.is_skipped());
    let mut all: Vec<_> = there.map(|variant| arm(variant, serde, internal)).collect();
    all.sort_by_key(|(hash, _)| *hash);
    let all = all.iter().map(|(_, arm)| arm);
    let open = open.then(|| quote!(.open()));
    quote! {
        __private::Shape::Choice(&__private::Choice::new(#name, __private::Tagging::#tagging, &[#(#all),*])#open)
    }
}

fn arm(variant: &Variant<'_>, container: &Container, internal: bool) -> (u64, TokenStream) {
    let serde = &variant.serde;
    let name = match serde.skip_serializing {
        true => &variant.names.read[0],
        false => &variant.names.written,
    };
    let hash = event_contract::hash(name);
    let inside = of_fields(&variant.original.ident.to_string(), &variant.fields, container);
    let content = match inside {
        None => quote!(__private::Option::None),
        Some(shape) if internal && matches!(variant.fields, Fields::Newtype(_)) => {
            let span = variant.original.fields.span();
            quote_spanned!(span=> __private::Option::Some(__private::beside_tag(#shape)))
        }
        Some(shape) => quote!(__private::Option::Some(#shape)),
    };
    let catch_all = serde.other.then(|| quote!(.catch_all()));
    let unwritten = serde.skip_serializing.then(|| quote!(.never_written()));
    let unread = serde.skip_deserializing.then(|| quote!(.never_read()));
    let reads = (!serde.skip_deserializing).then(|| reads(name, &variant.names));
    let arm = quote!(__private::Variant::hashed(#hash, #name, #content) #reads #catch_all #unwritten #unread);
    (hash, arm)
}
