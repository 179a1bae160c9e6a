//! The test that the derives put beside a type.

use crate::runtime_path::RuntimePath;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

/// `order_placed_v2_contract`.
pub(crate) fn event(runtime: &RuntimePath, ident: &Ident, event: &str, version: u32) -> TokenStream {
    let name = format_ident!("{}_v{version}_contract", event.replace('.', "_"));
    emit(&name, &quote!(#runtime::__private::contract_test::<#ident>()))
}

/// `placed_v1_view`: by the struct, because an event can have several views.
pub(crate) fn view(runtime: &RuntimePath, ident: &Ident) -> TokenStream {
    let word = snake(&ident.unraw().to_string());
    let name = format_ident!("{word}_v1_view");
    emit(&name, &quote!(#runtime::__private::view_test::<#ident>(#word)))
}

// In a function's body it has no name for the test runner, and is left out without a word.
fn emit(name: &Ident, call: &TokenStream) -> TokenStream {
    quote! {
        #[cfg(test)]
        #[allow(unnameable_test_items)]
        #[::core::prelude::v1::test]
        fn #name() {
            #call;
        }
    }
}

/// `OrderPlaced` as `order_placed`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn words() {
        assert_eq!(snake("OrderPlaced"), "order_placed");
        assert_eq!(snake("V2"), "v2");
        assert_eq!(snake("Order_Placed"), "order_placed");
    }
}
