//! The test that the derives put beside a type.

use crate::runtime_path::RuntimePath;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

/// `order_placed_v2_contract`.
pub(crate) fn event(runtime: &RuntimePath, ident: &Ident, event: &str, version: u32) -> TokenStream {
    let name = format_ident!("{}_v{version}_contract", event.replace('.', "_"));
    emit(runtime, ident, &name, &quote!(contract()))
}

/// `placed_v1_view`: by the struct, because an event can have several views.
pub(crate) fn view(runtime: &RuntimePath, ident: &Ident) -> TokenStream {
    let word = snake(&ident.unraw().to_string());
    let name = format_ident!("{word}_v1_view");
    emit(runtime, ident, &name, &quote!(view(#word)))
}

// The module is there for `allow`, which `#[test]` does not hand on. A type inside a function has no path; there the other
// struct of its name is found, which has nothing to test.
fn emit(runtime: &RuntimePath, ident: &Ident, name: &Ident, call: &TokenStream) -> TokenStream {
    let module = format_ident!("__{name}");
    quote! {
        #[cfg(test)]
        #[allow(dead_code, unnameable_test_items, unused_imports, unused_qualifications)]
        mod #module {
            struct #ident;
            #[::core::prelude::v1::test]
            fn #name() {
                use super::*;
                use #runtime::__private::{Tested, Untested as _};
                Tested::<#ident>::#call;
            }
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
