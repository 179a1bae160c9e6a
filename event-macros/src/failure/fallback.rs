use super::ast::Failure;
use proc_macro2::TokenStream;
use quote::quote;

/// The mistakes, and a failure that other code can name, so that they stay the only ones.
pub(crate) fn emit(failure: &Failure<'_>, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let import = failure.attrs.runtime().import();
    let ident = failure.ident();
    let (of, with, bounds) = failure.original.generics.split_for_impl();
    quote! {
        #errors
        const _: () = {
            #import
            #[automatically_derived]
            impl #of __private::Failure for #ident #with #bounds {
                fn class(&self) -> __private::Class {
                    __private::Class::Retry
                }
                fn code(&self) -> &'static __private::str {
                    "invalid"
                }
                fn chain(&self) -> __private::String {
                    __private::String::new()
                }
            }
        };
    }
}
