//! `#[derive(Failure)]`.

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
    let failure = ast::Failure::from_syn(&cx, input);
    valid::check(&cx, &failure);
    match cx.finish() {
        Ok(()) => expand::emit(&failure),
        Err(error) => fallback::emit(&failure, &error),
    }
}
