//! `#[derive(EventSet)]`.

mod ast;
mod expand;
mod fallback;
mod valid;

use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let set = ast::EventSet::from_syn(&cx, input);
    valid::check(&cx, &set);
    match cx.finish() {
        Ok(()) => expand::emit(&set),
        Err(error) => fallback::emit(&set, &error),
    }
}
