//! `#[reconcile]`.

mod ast;
mod attr;
mod expand;
mod valid;

use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use quote::quote;

/// The function comes first and untouched, whatever is wrong with it.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let cx = Ctxt::new();
    let attrs = attr::ReconcileAttrs::from_tokens(&cx, options);
    let job = ast::Job::from_tokens(&cx, item.clone());
    let callable = job.as_ref().is_some_and(|job| valid::check_function(&cx, job));
    valid::check_options(&cx, &attrs, job.as_ref());
    let name = job.as_ref().and_then(|job| valid::check_name(&cx, &attrs, job));
    let errors = cx.finish().err();
    let described = job.map(|job| match callable {
        true => expand::emit(&attrs, &job, &name.unwrap_or_default()),
        // Inside an `impl` there is no place for a type.
        false if job.has_receiver() => TokenStream::new(),
        false => expand::inert(&attrs, &job),
    });
    let errors = errors.map(|error| error.to_compile_error());
    quote!(#item #errors #described)
}
