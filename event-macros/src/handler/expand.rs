use super::ast::Handler;
use super::attr::HandlerAttrs;
use super::valid::Settings;
use crate::duration;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

/// The type of the function's name, and that it is a handler.
pub(crate) fn emit(
    attrs: &HandlerAttrs,
    handler: &Handler,
    settings: &Settings,
    name: &str,
    valid: bool,
) -> TokenStream {
    let import = attrs.runtime().import();
    let marker = marker(handler);
    let ident = handler.ident();
    let cfgs = handler.cfgs();
    let summary = &handler.summary;
    let options = options(attrs, settings);
    let mut arguments = handler.arguments();
    let Some(input) = arguments.next() else {
        return TokenStream::new();
    };
    let arguments: Vec<_> = arguments.collect();
    let (needs, names, pattern) = needs(&arguments);
    let unit: Type = syn::parse_quote!(());
    let returns = handler.returns().unwrap_or(&unit);
    let batch = valid.then(|| batch(attrs, input));
    // False for a type that is none of these: then that is the one error, and everything below holds.
    let bounds = [bound(input, "Input"), bound(returns, "Return")]
        .into_iter()
        .chain(arguments.iter().map(|argument| bound(argument, "Argument")));
    let types = [
        quote_spanned!(input.span()=> type Input = #input;),
        quote_spanned!(arguments.first().map_or_else(Span::call_site, |first| first.span())=> type Needs = #needs;),
        quote_spanned!(returns.span()=> type Output = <#returns as __private::Return>::Output;),
    ];
    let types = types.iter();
    quote! {
        #marker
        #(#cfgs)*
        const _: () = {
            #import
            #batch
            #[automatically_derived]
            #[allow(trivial_bounds, unused_qualifications)]
            impl __private::Handler for #ident
            where
                #(#bounds,)*
            {
                const NAME: &'static __private::str = #name;
                const OPTIONS: __private::Options = #options;
                const SUMMARY: &'static __private::str = #summary;
                #(#types)*
                async fn call(
                    __input: Self::Input,
                    #pattern: &Self::Needs,
                    __call: &__private::Call<'_>,
                ) -> __private::Result<Self::Output, __private::Failed> {
                    <#returns as __private::Return>::into_result(
                        #ident(__input, #(<#arguments as __private::Argument>::take(#names, __call)),*).await
                    )
                }
            }
        };
    }
}

/// What code that registers the handler can name, when its function cannot be one.
pub(crate) fn inert(attrs: &HandlerAttrs, handler: &Handler) -> TokenStream {
    let import = attrs.runtime().import();
    let marker = marker(handler);
    let ident = handler.ident();
    let cfgs = handler.cfgs();
    quote! {
        #marker
        #(#cfgs)*
        const _: () = {
            #import
            #[automatically_derived]
            impl __private::Handler for #ident {
                const NAME: &'static __private::str = "invalid";
                const OPTIONS: __private::Options = __private::Options::DEFAULT;
                const SUMMARY: &'static __private::str = "";
                type Input = __private::NotBuilt;
                type Needs = ();
                type Output = ();
                async fn call(
                    _: Self::Input,
                    _: &Self::Needs,
                    _: &__private::Call<'_>,
                ) -> __private::Result<Self::Output, __private::Failed> {
                    __private::Result::Ok(())
                }
            }
        };
    }
}

/// The struct has braces, so it has a place among the types only and leaves the function its name.
fn marker(handler: &Handler) -> TokenStream {
    let (vis, ident) = (&handler.vis, handler.ident());
    let attrs = handler.attrs_of_struct();
    quote! {
        #(#attrs)*
        #[allow(non_camel_case_types, missing_debug_implementations)]
        #vis struct #ident {}
    }
}

/// A nested pair per argument: the type, a name for each place in it, and the pattern that binds them.
fn needs(arguments: &[&Type]) -> (TokenStream, Vec<Ident>, TokenStream) {
    let names: Vec<_> = (1..=arguments.len()).map(|at| format_ident!("__need_{at}")).collect();
    let (mut needs, mut pattern) = (quote!(()), quote!(()));
    for (ty, name) in arguments.iter().zip(&names).rev() {
        needs = quote!((<#ty as __private::Argument>::Need, #needs));
        pattern = quote!((#name, #pattern));
    }
    (needs, names, pattern)
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

/// `batch(..)` and `Batch<E>` go together. Only the compiler knows what a type is, so it is asked on the type's token.
fn batch(attrs: &HandlerAttrs, input: &Type) -> TokenStream {
    let given = attrs.batch.is_given();
    let check = quote_spanned!(input.span()=> __private::check_batch(#given, __private::Probe::<#input>::BATCH););
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #[allow(unused_imports)]
            use __private::MaybeInput as _;
            #check
        };
    }
}

fn options(attrs: &HandlerAttrs, settings: &Settings) -> TokenStream {
    let retry = attrs.retry.get().map(|retry| {
        let attempts = match retry.attempts.get() {
            Some(attempts) => {
                let attempts = attempts.value;
                quote!(#attempts)
            }
            None => quote!(__private::RetryPolicy::DEFAULT.attempts),
        };
        let from = match retry.from.get() {
            Some(from) => duration::tokens(from.value),
            None => quote!(__private::RetryPolicy::DEFAULT.from),
        };
        let to = match retry.to.get() {
            Some(to) => duration::tokens(to.value),
            None => quote!(__private::RetryPolicy::DEFAULT.to),
        };
        quote!(.with_retry(__private::RetryPolicy::new(#attempts, #from, #to)))
    });
    let timeout = attrs.timeout.get().map(|timeout| {
        let timeout = duration::tokens(timeout.value);
        quote!(.with_timeout(#timeout))
    });
    let concurrency = settings.concurrency.map(|count| quote!(.with_concurrency(#count)));
    let prefetch = settings.prefetch.map(|count| quote!(.with_prefetch(#count)));
    let rate = attrs.rate.get().map(|rate| {
        let (count, per) = (rate.count, duration::tokens(rate.per));
        quote!(.with_rate(#count, #per))
    });
    let batch = attrs.batch.get().and_then(|batch| {
        let max = u16::try_from(batch.max.get()?.value).ok()?;
        let within = duration::tokens(batch.within.get()?.value);
        Some(quote!(.with_batch(#max, #within)))
    });
    let from = attrs.from.get().map(|from| quote!(.with_from(&[#(#from),*])));
    quote!(__private::Options::DEFAULT #retry #timeout #concurrency #prefetch #rate #batch #from)
}
