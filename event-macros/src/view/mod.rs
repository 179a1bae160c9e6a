//! `#[derive(View)]`.

mod ast;
mod attr;
mod expand;
mod fallback;
mod source;
mod valid;

use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let view = ast::View::from_syn(&cx, input);
    let source = valid::check(&cx, &view);
    match (cx.finish(), source) {
        (Ok(()), Some(source)) => expand::emit(&view, &source),
        (Ok(()), None) => unreachable!("a view of nothing has been reported"),
        (Err(error), _) => fallback::emit(&view, &error),
    }
}
