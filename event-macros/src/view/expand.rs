use super::ast::View;
use super::source::{FromFiles, Source};
use crate::contracts::{body, tracked};
use crate::shape::{debug, object};
use crate::test;
use event_contract::Status;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Generics, Type};

pub(crate) fn emit(view: &View<'_>, source: &Source<'_>) -> TokenStream {
    let import = view.attrs.runtime().import();
    let ident = view.ident();
    let data = object(&ident.unraw().to_string(), view.fields(), &view.serde);
    let contract = match source {
        Source::Files(files) => of_files(view, files),
        Source::Types(types) => of_types(view, types),
    };
    let debug = redacting(view);
    let test = test::view(view.attrs.runtime(), ident);
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            const __DATA: &__private::Object = &#data;
            #contract
            #[automatically_derived]
            impl __private::Schema for #ident {
                const SHAPE: __private::Shape = __private::Shape::Object(__DATA);
            }
            #[automatically_derived]
            impl __private::View for #ident {
                const CONTRACT: &'static __private::Contract = __CONTRACT;
            }
            #[automatically_derived]
            impl __private::EventSet for #ident {
                const CONTRACTS: &'static [&'static __private::Contract] = &[__CONTRACT];
                fn decode_named(
                    __name: &__private::str,
                    __version: __private::Version,
                    __body: &[__private::u8],
                ) -> __private::Result<Self, __private::DecodeError> {
                    __private::decode_view(__name, __version, __body)
                }
            }
            #debug
        };
        #test
    }
}

/// `__CONTRACT` and its checks, shown at the struct's name.
fn of_files(view: &View<'_>, files: &FromFiles<'_>) -> TokenStream {
    let span = view.ident().span();
    let (event, summary) = (files.event, &view.summary);
    let mut numbers = files.versions.iter().map(|(_, committed)| committed.version.get());
    let newest = numbers.next();
    let type_name = format!("{}.v{}", event.value(), newest.unwrap_or_default());
    let owner = files
        .versions
        .first()
        .map(|(_, committed)| committed.owner)
        .unwrap_or_default();
    let key = files.versions.first().and_then(|(_, committed)| committed.key);
    let key = key.map(|key| quote!(.with_key(#key)));
    let bodies = files.versions.iter().map(|(_, committed)| body(committed));
    let count = files.versions.len();
    let sequence = files.versions.first().and_then(|(_, committed)| committed.sequence);
    let sequence = sequence.map(|sequence| quote!(.with_sequence(#sequence)));
    let checks = files.versions.iter().enumerate().map(|(at, (at_version, of))| {
        let version = of.version.get();
        let retired =
            (of.status == Status::Retired).then(|| quote_spanned!(*at_version=> const _: () = __private::RETIRED;));
        quote_spanned! {span=>
            const _: () = __private::check_view(__DATA, #event, __private::version(#version), &__BODIES, #at);
            #retired
        }
    });
    let tracked = tracked(&files.read);
    quote! {
        const __CONTRACT: &__private::Contract =
            &__private::Contract::new(#event, __private::version(#newest), #type_name)
                .with_reads(&[#(__private::version(#numbers)),*])
                .with_owner(#owner)
                .with_summary(#summary)
                #key
                #sequence
                .with_data(__DATA);
        const __BODIES: [&__private::Object; #count] = [#(&#bodies),*];
        #tracked
        #(#checks)*
    }
}

/// The same, from events that are types here.
fn of_types(view: &View<'_>, types: &[Type]) -> TokenStream {
    let (count, summary) = (types.len(), &view.summary);
    let events = types
        .iter()
        .map(|ty| quote!(<#ty as __private::IsEvent>::EVENT.contract));
    let span = view.ident().span();
    let checks =
        (0..count).map(|at| quote_spanned!(span=> const _: () = __private::check_view_of(__DATA, &__OF, #at);));
    let first = types.first().map_or(span, |ty| ty.span());
    let older = quote_spanned!(first=> __private::older(&__OF));
    quote! {
        const __OF: [&__private::Contract; #count] = [#(#events),*];
        const __VERSIONS: [__private::Version; #count] = #older;
        const __CONTRACT: &__private::Contract = &__private::view_contract(&__OF, &__VERSIONS, __DATA, #summary);
        #(#checks)*
    }
}

/// `Debug` without the sensitive values, where there are some.
pub(super) fn redacting(view: &View<'_>) -> Option<TokenStream> {
    let span = view.fields.sensitive()?;
    let ident: &Ident = view.ident();
    Some(debug(span, ident, &Generics::default(), Some(&view.fields), &[]))
}
