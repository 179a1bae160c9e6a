use super::ast::Job;
use super::attr::ReconcileAttrs;
use crate::duration;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Type;

/// The type of the function's name, and that it is a job.
pub(crate) fn emit(attrs: &ReconcileAttrs, job: &Job, name: &str) -> TokenStream {
    let import = attrs.runtime().import();
    let marker = marker(job);
    let (ident, summary, cfgs) = (job.ident(), &job.summary, job.cfgs());
    let options = options(attrs);
    let unit: Type = syn::parse_quote!(());
    let returns = job.returns().unwrap_or(&unit);
    let arguments: Vec<&Type> = job.arguments().collect();
    // False for a type that is none of these: then that is the one error, and everything below holds.
    let bounds = arguments.iter().map(|ty| bound(ty, "JobArgument"));
    let bounds = bounds.chain([bound(returns, "JobReturn")]);
    let names: Vec<_> = (0..arguments.len()).map(|at| format_ident!("__need_{at}")).collect();
    let (mut needs, mut pattern) = (quote!(()), quote!(()));
    for (ty, name) in arguments.iter().zip(&names).rev() {
        needs = quote!((<#ty as __private::JobArgument>::Need, #needs));
        pattern = quote!((#name, #pattern));
    }
    quote! {
        #marker
        #(#cfgs)*
        const _: () = {
            #import
            #[automatically_derived]
            #[allow(trivial_bounds, unused_qualifications)]
            impl __private::Reconcile for #ident
            where
                #(#bounds,)*
            {
                const NAME: &'static __private::str = #name;
                const OPTIONS: __private::JobOptions = #options;
                const SUMMARY: &'static __private::str = #summary;
                const PUBLISHES: &'static [__private::Option<&'static __private::Contract>] =
                    &[#(<#arguments as __private::JobArgument>::PUBLISHES),*];
                type Needs = (__private::AnyStore, #needs);
                async fn run(
                    (_, #pattern): &Self::Needs,
                    __run: &__private::Arc<__private::Run>,
                ) -> __private::Result<(), __private::String> {
                    <#returns as __private::JobReturn>::into_result(
                        #ident(#(<#arguments as __private::JobArgument>::take(#names, __run)),*).await
                    )
                }
            }
        };
    }
}

/// What code that registers the job can name, when its function cannot be one.
pub(crate) fn inert(attrs: &ReconcileAttrs, job: &Job) -> TokenStream {
    let import = attrs.runtime().import();
    let marker = marker(job);
    let (ident, cfgs) = (job.ident(), job.cfgs());
    quote! {
        #marker
        #(#cfgs)*
        const _: () = {
            #import
            #[automatically_derived]
            impl __private::Reconcile for #ident {
                const NAME: &'static __private::str = "invalid";
                const OPTIONS: __private::JobOptions = __private::JobOptions::new(__private::Duration::MAX);
                const SUMMARY: &'static __private::str = "";
                const PUBLISHES: &'static [__private::Option<&'static __private::Contract>] = &[];
                type Needs = ();
                async fn run(
                    _: &Self::Needs,
                    _: &__private::Arc<__private::Run>,
                ) -> __private::Result<(), __private::String> {
                    __private::Result::Ok(())
                }
            }
        };
    }
}

/// The struct has braces, so it has a place among the types only and leaves the function its name.
fn marker(job: &Job) -> TokenStream {
    let (vis, ident) = (&job.vis, job.ident());
    let attrs = job.attrs_of_struct();
    quote! {
        #(#attrs)*
        #[allow(non_camel_case_types, missing_debug_implementations)]
        #vis struct #ident {}
    }
}

/// `ty: __private::Trait`, in the place of the type from its first token to its last.
fn bound(ty: &Type, name: &str) -> TokenStream {
    let last = ty.to_token_stream().into_iter().last();
    let span = last.map_or_else(Span::call_site, |last| match last {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    });
    let name = Ident::new(name, span);
    quote_spanned!(span=> #ty: __private::#name)
}

fn options(attrs: &ReconcileAttrs) -> TokenStream {
    // An hour stands for what was reported already.
    let every = attrs
        .every
        .get()
        .map_or(std::time::Duration::from_secs(3600), |every| every.value);
    let every = duration::tokens(every);
    let timeout = attrs.timeout.get().map(|timeout| {
        let timeout = duration::tokens(timeout.value);
        quote!(.with_timeout(#timeout))
    });
    let window = attrs.window.get().map(|window| {
        let window = duration::tokens(window.value);
        quote!(.with_window(#window))
    });
    quote!(__private::JobOptions::new(#every) #timeout #window)
}
