use super::ast::EventSet;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

pub(crate) fn emit(set: &EventSet<'_>) -> TokenStream {
    let import = set.runtime.import();
    let ident = set.ident();
    // Each event is found once, so that a mistake in it is said once.
    let names: Vec<_> = (0..set.members.len()).map(|at| format_ident!("__EVENT_{at}")).collect();
    let types: Vec<_> = set.members.iter().map(|member| member.ty).collect();
    let variants: Vec<_> = set.members.iter().map(|member| member.ident).collect();
    let checks = types.iter().enumerate().skip(1).map(|(at, ty)| {
        let (before, own) = (&names[..at], &names[at]);
        quote_spanned!(ty.span()=> const _: () = __private::check_member(&[#(#before.contract),*], #own.contract);)
    });
    let conversions = set
        .members
        .iter()
        .map(|member| conversion(ident, member.ident, member.ty));
    quote! {
        const _: () = {
            #import
            #(const #names: __private::Known<#types> = <#types as __private::IsEvent>::EVENT;)*
            #(#checks)*
            #[automatically_derived]
            impl __private::EventSet for #ident {
                const CONTRACTS: &'static [&'static __private::Contract] = &[#(#names.contract),*];
                fn decode_named(
                    __name: &__private::str,
                    __version: __private::Version,
                    __body: &[__private::u8],
                ) -> __private::Result<Self, __private::DecodeError> {
                    #(
                        if #names.is(__name) {
                            return #names.decode(__version, __body).map(Self::#variants);
                        }
                    )*
                    __private::Result::Err(__private::DecodeError::unknown_type(__name, __version))
                }
            }
            #(#conversions)*
        };
    }
}

pub(super) fn conversion(ident: &Ident, variant: &Ident, ty: &Type) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __private::From<#ty> for #ident {
            fn from(__event: #ty) -> Self {
                Self::#variant(__event)
            }
        }
    }
}
