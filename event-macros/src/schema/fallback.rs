use super::ast::Schema;
use super::expand::redacting;
use proc_macro2::TokenStream;
use quote::quote;

/// The mistakes, and a shape that other code can name, so that they stay the only ones.
pub(crate) fn emit(schema: &Schema<'_>, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let import = schema.attrs.runtime().import();
    let ident = schema.ident();
    let debug = redacting(schema);
    let (of, with, bounds) = schema.original.generics.split_for_impl();
    quote! {
        #errors
        const _: () = {
            #import
            #[automatically_derived]
            impl #of __private::Schema for #ident #with #bounds {
                const SHAPE: __private::Shape = __private::Shape::Any;
            }
            #debug
        };
    }
}
