//! `#[derive(Schema)]`.

mod ast;
mod attr;
mod expand;
mod fallback;
mod valid;

use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let schema = ast::Schema::from_syn(&cx, input);
    valid::check(&cx, &schema);
    match cx.finish() {
        Ok(()) => expand::emit(&schema),
        Err(error) => fallback::emit(&schema, &error),
    }
}
