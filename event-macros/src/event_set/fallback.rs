use super::ast::{EventSet, Member};
use super::expand::conversion;
use crate::text::source;
use proc_macro2::TokenStream;
use quote::quote;

/// The mistakes, and a set that other code can name, so that they stay the only ones.
pub(crate) fn emit(set: &EventSet<'_>, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let import = set.runtime.import();
    let ident = set.ident();
    let mut generics = set.original.generics.clone();
    if !generics.params.is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(syn::parse_quote!(Self: __private::Plain));
    }
    let (of, with, bounds) = generics.split_for_impl();
    // The conversions that are sure to be wanted; a type that is there twice has been reported.
    let members = set.members.iter().enumerate().filter(|(at, member)| {
        let plain = set.original.generics.params.is_empty();
        plain
            && set.members[..*at]
                .iter()
                .all(|first| source(first.ty) != source(member.ty))
    });
    let conversions = members.map(|(_, Member { ident: variant, ty })| conversion(ident, variant, ty));
    quote! {
        #errors
        const _: () = {
            #import
            #[automatically_derived]
            impl #of __private::EventSet for #ident #with #bounds {
                const CONTRACTS: &'static [&'static __private::Contract] = &[&__private::Contract::INVALID];
                fn decode_named(
                    _: &__private::str,
                    __version: __private::Version,
                    _: &[__private::u8],
                ) -> __private::Result<Self, __private::DecodeError> {
                    __private::not_built(__version)
                }
            }
            #(#conversions)*
        };
    }
}
