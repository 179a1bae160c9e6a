use super::ast::View;
use super::expand::redacting;
use proc_macro2::TokenStream;
use quote::quote;

/// The mistakes, and a view that other code can name, so that they stay the only ones.
pub(crate) fn emit(view: &View<'_>, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let import = view.attrs.runtime().import();
    let ident = view.ident();
    let mut generics = view.original.generics.clone();
    let debug = generics.params.is_empty().then(|| redacting(view)).flatten();
    if !generics.params.is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(syn::parse_quote!(Self: __private::Plain));
    }
    let (of, with, bounds) = generics.split_for_impl();
    quote! {
        #errors
        const _: () = {
            #import
            #[automatically_derived]
            impl #of __private::Schema for #ident #with #bounds {
                const SHAPE: __private::Shape = __private::Shape::Any;
            }
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
            #debug
        };
    }
}
