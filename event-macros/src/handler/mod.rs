//! `#[handler]`.

mod ast;
mod attr;
mod expand;
mod options;
mod order;
mod valid;

use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use quote::quote;

/// The function comes first and untouched, whatever is wrong with it.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let cx = Ctxt::new();
    let attrs = attr::HandlerAttrs::from_tokens(&cx, options);
    let handler = ast::Handler::from_tokens(&cx, item.clone());
    let callable = handler
        .as_ref()
        .is_some_and(|handler| valid::check_function(&cx, &attrs, handler));
    let settings = attrs.settings(&cx);
    let name = handler
        .as_ref()
        .and_then(|handler| valid::check_name(&cx, &attrs, handler));
    let errors = cx.finish().err();
    let described = handler.map(|handler| {
        let name = name.unwrap_or_default();
        match callable {
            true => expand::emit(&attrs, &handler, &settings, &name, errors.is_none()),
            // Inside an `impl` there is no place for a type.
            false if handler.has_receiver() => TokenStream::new(),
            false => expand::inert(&attrs, &handler),
        }
    });
    let errors = errors.map(|error| error.to_compile_error());
    quote!(#item #errors #described)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_typed_body_leaves_the_handler_in_place() {
        let function = quote!(async fn on_order(order: OrderPlaced) { order. });
        let expanded = expand(TokenStream::new(), function.clone()).to_string();
        assert!(expanded.starts_with(&function.to_string()));
        assert!(expanded.contains("Handler for on_order"));
        assert!(!expanded.contains("compile_error"));
    }
}
