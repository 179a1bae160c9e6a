use super::ast::{Event, Field};
use super::valid::Facts;
use crate::text;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

pub(crate) fn emit(event: &Event<'_>, facts: &Facts<'_>) -> TokenStream {
    let import = event.attrs.runtime().import();
    let ident = event.ident();
    let older = older(event, facts);
    let contract = contract(event, facts);
    let decode = match event.attrs.upcast_from.get() {
        Some(old) => quote! {
            __private::decode_or_upcast(__version, __body, __OLDER, <#old as __private::Upcast<Self>>::upcast)
        },
        None => quote!(__private::decode_own(__version, __body)),
    };
    let key = event.key().map(key);
    let sequence = event.sequence().map(sequence);
    let debug = debug(event);
    quote! {
        const _: () = {
            #import
            #older
            #[automatically_derived]
            impl __private::Event for #ident {
                const CONTRACT: &'static __private::Contract = &#contract;
                #key
                #sequence
                fn decode(
                    __version: __private::Version,
                    __body: &[__private::u8],
                ) -> __private::Result<Self, __private::DecodeError> {
                    #decode
                }
            }
            #debug
        };
    }
}

/// The older version: found once, so that a mistake in it is said once.
fn older(event: &Event<'_>, facts: &Facts<'_>) -> Option<TokenStream> {
    let old = event.attrs.upcast_from.get()?;
    let (name, version) = (facts.name, facts.version);
    let check = quote_spanned!(old.span()=> const _: () = __private::check_upcast(#name, #version, &__OLDER););
    Some(quote! {
        const __OLDER: __private::Known<#old> = <#old as __private::IsEvent>::EVENT;
        const __READS: [__private::Version; __OLDER.reads()] = __OLDER.versions();
        #check
    })
}

fn contract(event: &Event<'_>, facts: &Facts<'_>) -> TokenStream {
    let Facts { name, version, owner } = facts;
    let type_name = format!("{}.v{version}", name.value());
    let summary = &event.summary;
    let source = event.attrs.source.get().map(|source| quote!(.with_source(#source)));
    let reads = event.attrs.upcast_from.get().map(|_| quote!(.with_reads(&__READS)));
    let name_of = |field: Option<&Field<'_>>| field.and_then(|field| field.name.clone());
    let key = name_of(event.key()).map(|key| quote!(.with_key(#key)));
    let sequence = name_of(event.sequence()).map(|sequence| quote!(.with_sequence(#sequence)));
    let unrouted = event
        .attrs
        .unrouted
        .get()
        .map(|_| quote!(.with_unrouted(__private::Unrouted::Keep)));
    let fields = event.fields.iter().filter_map(|field| {
        let name = field.name.as_ref()?;
        let ty = text::source(field.ty);
        let sensitive = field.attrs.sensitive.is_some();
        Some(quote!(__private::Field::new(#name, #ty, #sensitive)))
    });
    quote! {
        __private::Contract::new(#name, __private::version(#version), #type_name)
            .with_owner(#owner)
            .with_summary(#summary)
            #source #reads #key #sequence #unrouted
            .with_fields(&[#(#fields),*])
    }
}

fn key(field: &Field<'_>) -> TokenStream {
    let (ident, ty) = (field.ident, field.ty);
    quote! {
        fn key(&self) -> __private::Option<__private::Cow<'_, __private::str>> {
            __private::Option::Some(<#ty as __private::Key>::text(&self.#ident))
        }
    }
}

fn sequence(field: &Field<'_>) -> TokenStream {
    let (ident, ty) = (field.ident, field.ty);
    quote! {
        fn sequence(&self) -> __private::Option<__private::u64> {
            <#ty as __private::Sequence>::number(&self.#ident)
        }
    }
}

/// `Debug` without the sensitive values. It is spanned on `sensitive`, where a clash with a derived one shows.
pub(super) fn debug(event: &Event<'_>) -> Option<TokenStream> {
    let span = event.sensitive()?;
    let (ident, text) = (event.ident(), event.ident().unraw().to_string());
    let fields = event.fields.iter().map(|field| {
        let (ident, text) = (field.ident, field.ident.unraw().to_string());
        let value = match field.attrs.sensitive {
            Some(_) => quote!(__private::Redacted),
            None => quote_spanned!(field.ty.span()=> self.#ident),
        };
        quote!(.field(#text, &#value))
    });
    let mut here = ident.clone();
    here.set_span(span);
    let fmt = quote! {
        fn fmt(&self, __formatter: &mut __private::Formatter<'_>) -> __private::FmtResult {
            __private::Formatter::debug_struct(__formatter, #text)
                #(#fields)*
                .finish()
        }
    };
    let debug = quote_spanned!(span=> impl __private::Debug for #here { #fmt });
    Some(quote!(#[automatically_derived] #[allow(unused_qualifications)] #debug))
}
