use super::ast::{Field, Fields, Variant};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Generics, parse_quote};

/// `Debug` without the sensitive values. It is spanned on `sensitive`, where a clash with a derived one shows.
pub(crate) fn debug(
    span: Span,
    ident: &Ident,
    generics: &Generics,
    of_struct: Option<&Fields<'_>>,
    variants: &[Variant<'_>],
) -> TokenStream {
    let text = ident.unraw().to_string();
    let of_struct = of_struct.map(|fields| arm(&quote!(Self), &text, fields));
    let arms = variants.iter().map(|variant| {
        let ident = &variant.original.ident;
        arm(&quote!(Self::#ident), &ident.unraw().to_string(), &variant.fields)
    });
    let mut generics = generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(__private::Debug));
    }
    let (of, with, bounds) = generics.split_for_impl();
    let mut here = ident.clone();
    here.set_span(span);
    let fmt = quote! {
        fn fmt(&self, __formatter: &mut __private::Formatter<'_>) -> __private::FmtResult {
            match self { #of_struct #(#arms)* }
        }
    };
    let debug = quote_spanned!(span=> impl #of __private::Debug for #here #with #bounds { #fmt });
    quote!(#[automatically_derived] #debug)
}

fn arm(path: &TokenStream, text: &str, fields: &Fields<'_>) -> TokenStream {
    let names: Vec<_> = (0..fields.all().len())
        .map(|at| format_ident!("__field_{at}"))
        .collect();
    let bindings = fields.all().iter().zip(&names).map(|(field, name)| {
        let hidden = field.marks.sensitive.is_some();
        let name = if hidden { quote!(_) } else { quote!(#name) };
        match &field.original.ident {
            Some(ident) => quote!(#ident: #name),
            None => name,
        }
    });
    let value = |field: &Field<'_>, name: &Ident| match field.marks.sensitive {
        Some(_) => quote!(&__private::Redacted),
        None => quote!(#name),
    };
    match fields {
        Fields::Unit => quote!(#path => __private::Formatter::write_str(__formatter, #text),),
        Fields::Named(all) => {
            let shown = all.iter().zip(&names).map(|(field, name)| {
                let text = field.original.ident.as_ref().map(|ident| ident.unraw().to_string());
                let value = value(field, name);
                quote!(.field(#text, #value))
            });
            quote! {
                #path { #(#bindings),* } => __private::Formatter::debug_struct(__formatter, #text)#(#shown)*.finish(),
            }
        }
        Fields::Newtype(_) | Fields::Tuple(_) => {
            let shown = fields.all().iter().zip(&names).map(|(field, name)| value(field, name));
            quote! {
                #path(#(#bindings),*) => __private::Formatter::debug_tuple(__formatter, #text)#(.field(#shown))*.finish(),
            }
        }
    }
}
