use super::ast::Field;
use super::expand::of_type;
use proc_macro2::TokenStream;
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
    quote!({
        const __INNER: &[&[__private::Field]] = &[#(#inner),*];
        const __COUNT: __private::usize = __private::count(#count, __INNER);
        __private::Object::new(#name, &__private::flattened::<__COUNT>(&[#(#own),*], __INNER))
            .with_unknown(__private::unknown(#refused, &[#(#shapes),*]))
    })
}
