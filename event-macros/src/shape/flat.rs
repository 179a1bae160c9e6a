use super::ast::Field;
use super::expand::of_type;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

/// An `Object` with the fields of others among its own: how many they are, only the compiler knows.
pub(super) fn object(name: &str, own: &[&TokenStream], flattened: &[&Field<'_>], refused: bool) -> TokenStream {
    let shapes: Vec<_> = flattened.iter().map(|field| of_type(field.wire())).collect();
    let inner = flattened.iter().zip(&shapes).map(|(field, shape)| {
        let span = field.ty().span();
        quote_spanned!(span=> __private::flat(#shape))
    });
    let count = own.len();
    let span = flattened
        .first()
        .map_or_else(Span::call_site, |field| field.ty().span());
    // Two of one name are shown at the field; a mistake inside of it has been shown there already.
    let (all_count, all_inner) = (quote!(__COUNT), quote!(__INNER));
    let all = quote_spanned!(span=> __private::flattened::<#all_count>(&[#(#own),*], #all_inner));
    quote!({
        const __INNER: &[&[__private::Field]] = &[#(#inner),*];
        const __COUNT: __private::usize = __private::count(#count, __INNER);
        __private::Object::new(#name, &#all)
            .with_unknown(__private::unknown(#refused, &[#(#shapes),*]))
    })
}
