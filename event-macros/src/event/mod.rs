//! `#[derive(Event)]`.

mod ast;
mod attr;
mod check;
mod expand;
mod fallback;
mod valid;

use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let event = ast::Event::from_syn(&cx, input);
    let facts = valid::check(&cx, &event);
    match (cx.finish(), facts) {
        (Ok(()), Some((facts, files))) => expand::emit(&event, &facts, &files),
        (Ok(()), None) => unreachable!("an event without a name has been reported"),
        (Err(error), _) => fallback::emit(&event, &error),
    }
}
