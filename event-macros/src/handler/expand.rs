use super::ast::{Handler, Taken};
use super::attr::HandlerAttrs;
use super::order;
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
    let first_argument = arguments.next();
    let taken = handler.taken();
    let (needs, names, pattern) = needs(attrs, &taken);
    let unit: Type = syn::parse_quote!(());
    let returns = handler.returns().unwrap_or(&unit);
    let batch = valid.then(|| batch(attrs, input));
    // False for a type that is none of these: then that is the one error, and everything below holds.
    let bounds = [bound(input, "Input"), bound(returns, "Return")]
        .into_iter()
        .chain(taken.iter().map(|taken| match taken {
            Taken::Moved(ty) => bound(ty, "Argument"),
            Taken::Lent(ty) => bound(ty, "Lend"),
        }));
    let types = [
        quote_spanned!(input.span()=> type Input = #input;),
        quote_spanned!(first_argument.map_or_else(Span::call_site, |first| first.span())=> type Needs = #needs;),
        quote_spanned!(returns.span()=> type Output = <#returns as __private::Return>::Output;),
    ];
    let types = types.iter();
    let key = key(attrs);
    let lent = taken.iter().find_map(|taken| match taken {
        Taken::Lent(ty) => Some(quote_spanned!(ty.span()=> let mut __tx = __private::lend::<#ty>(__call)?;)),
        Taken::Moved(_) => None,
    });
    let values = taken.iter().zip(&names).map(|(taken, name)| match taken {
        Taken::Moved(ty) => quote!(<#ty as __private::Argument>::take(#name, __call)),
        Taken::Lent(_) => quote!(&mut __tx),
    });
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
                #key
                async fn call(
                    __input: Self::Input,
                    #pattern: &Self::Needs,
                    __call: &__private::Call<'_>,
                ) -> __private::Result<Self::Output, __private::Failed> {
                    #lent
                    <#returns as __private::Return>::into_result(
                        #ident(__input, #(#values),*).await
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
fn needs(attrs: &HandlerAttrs, taken: &[Taken]) -> (TokenStream, Vec<Ident>, TokenStream) {
    let name = |(at, taken): (usize, &Taken)| match taken {
        Taken::Moved(_) => format_ident!("__need_{}", at + 1),
        Taken::Lent(_) => format_ident!("_need_{}", at + 1),
    };
    let names: Vec<_> = taken.iter().enumerate().map(name).collect();
    let lent = taken.iter().any(|taken| matches!(taken, Taken::Lent(_)));
    // Without a transaction of its own it still needs a store.
    let (mut needs, mut pattern) = match attrs.idempotent.is_given() && !lent {
        true => (quote!((__private::AnyStore, ())), quote!((_, ()))),
        false => (quote!(()), quote!(())),
    };
    for (taken, name) in taken.iter().zip(&names).rev() {
        needs = match taken {
            Taken::Moved(ty) => quote!((<#ty as __private::Argument>::Need, #needs)),
            Taken::Lent(ty) => quote!((<#ty as __private::Lend>::Need, #needs)),
        };
        pattern = quote!((#name, #pattern));
    }
    (needs, names, pattern)
}

/// What the event is known by, when that is a field.
fn key(attrs: &HandlerAttrs) -> Option<TokenStream> {
    let (text, field) = attrs.idempotent.get()?.by.get()?;
    let value = quote_spanned!(text.span()=> &__event.#field);
    Some(quote! {
        fn key(__input: &Self::Input) -> __private::Option<__private::String> {
            let __event = __private::Input::first(__input)?;
            __private::dedupe_key(#text, #value)
        }
    })
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
    let order = order::checks(attrs, input);
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #[allow(unused_imports)]
            use __private::MaybeInput as _;
            #check
            #order
        };
    }
}

fn options(attrs: &HandlerAttrs, settings: &Settings) -> TokenStream {
    let idempotent = attrs.idempotent.is_given().then(|| {
        let given = attrs.idempotent.get();
        let by = given
            .and_then(|given| given.by.get())
            .map(|(by, _)| quote!(.with_by(#by)));
        let window = given.and_then(|given| given.window.get()).map(|window| {
            let window = duration::tokens(window.value);
            quote!(.with_window(#window))
        });
        let alone = given
            .is_some_and(|given| given.alone.is_given())
            .then(|| quote!(.alone()));
        quote!(.with_idempotent(__private::Idempotent::DEFAULT #by #window #alone))
    });
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
    let order = order::options(attrs);
    quote!(__private::Options::DEFAULT #idempotent #order #retry #timeout #concurrency #prefetch #rate #batch #from)
}
