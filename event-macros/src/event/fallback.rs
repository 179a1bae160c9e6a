use super::ast::Event;
use super::expand::redacting;
use proc_macro2::TokenStream;
use quote::quote;

/// The mistakes, and an event that other code can name, so that they stay the only ones.
pub(crate) fn emit(event: &Event<'_>, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let import = event.attrs.runtime().import();
    let ident = event.ident();
    let mut generics = event.original.generics.clone();
    if !generics.params.is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(syn::parse_quote!(Self: __private::Body));
    }
    let (of, with, bounds) = generics.split_for_impl();
    let debug = event
        .original
        .generics
        .params
        .is_empty()
        .then(|| redacting(event))
        .flatten();
    quote! {
        #errors
        const _: () = {
            #import
            #[automatically_derived]
            impl #of __private::Schema for #ident #with #bounds {
                const SHAPE: __private::Shape = __private::Shape::Any;
            }
            #[automatically_derived]
            impl #of __private::Event for #ident #with #bounds {
                const CONTRACT: &'static __private::Contract = &__private::Contract::INVALID;
                fn decode(
                    __version: __private::Version,
                    _: &[__private::u8],
                ) -> __private::Result<Self, __private::DecodeError> {
                    __private::not_built(__version)
                }
            }
            #debug
        };
    }
}
