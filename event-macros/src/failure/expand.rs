use super::ast::{Failure, Variant};
use super::attr::Choice;
use crate::duration;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Member;
use syn::ext::IdentExt as _;

pub(crate) fn emit(failure: &Failure<'_>) -> TokenStream {
    let import = failure.attrs.runtime().import();
    let ident = failure.ident();
    let (of, with, bounds) = failure.original.generics.split_for_impl();
    let arms = failure.variants.iter().map(|variant| arm(failure, variant));
    quote! {
        const _: () = {
            #import
            #[automatically_derived]
            impl #of __private::Judge for #ident #with #bounds {
                fn judge(&self) -> __private::Judgement<'_> {
                    let __error = <#ident #with as __private::IsError>::as_error(self);
                    match *self {
                        #(#arms)*
                    }
                }
            }
            #[automatically_derived]
            impl #of __private::Failure for #ident #with #bounds {
                fn class(&self) -> __private::Class {
                    __private::Judge::judge(self).class()
                }
                fn code(&self) -> &'static __private::str {
                    __private::Judge::judge(self).code()
                }
                fn chain(&self) -> __private::String {
                    __private::Judge::judge(self).chain()
                }
                fn as_error(&self) -> __private::Option<&(dyn __private::Error + 'static)> {
                    __private::Judge::judge(self).error()
                }
            }
        };
    }
}

fn arm(failure: &Failure<'_>, variant: &Variant<'_>) -> Option<TokenStream> {
    let ident = variant.ident;
    let code = ident.unraw().to_string();
    let pattern = if failure.is_enum {
        quote!(Self::#ident)
    } else {
        quote!(Self)
    };
    let class = match failure.choice(variant)? {
        Choice::Retry => quote!(__private::Class::Retry),
        Choice::RetryAfter(after) => {
            let after = duration::tokens(*after);
            quote!(__private::Class::RetryAfter(#after))
        }
        Choice::Poison => quote!(__private::Class::Poison),
        Choice::Skip => quote!(__private::Class::Skip),
        Choice::Transparent => return transparent(&pattern, variant),
    };
    Some(quote!(#pattern { .. } => __private::Judgement::Own(#class, #code, __error),))
}

fn transparent(pattern: &TokenStream, variant: &Variant<'_>) -> Option<TokenStream> {
    let ty = &variant.fields.iter().next()?.ty;
    let member: Member = variant.fields.members().next()?;
    Some(quote! {
        #pattern { #member: ref __inner } =>
            __private::Judgement::Inner(<#ty as __private::IsFailure>::as_failure(__inner)),
    })
}
