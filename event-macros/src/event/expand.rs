use super::ast::Event;
use super::check;
use super::valid::Facts;
use crate::contracts::{Files, status};
use crate::shape::{Field, debug, object};
use crate::test;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Generics;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

pub(crate) fn emit(event: &Event<'_>, facts: &Facts<'_>, files: &Files) -> TokenStream {
    let import = event.attrs.runtime().import();
    let ident = event.ident();
    let older = older(event, facts);
    let contract = contract(event, facts, files);
    let decode = match event.attrs.upcast_from.get() {
        Some(old) => quote! {
            __private::decode_or_upcast(__version, __body, __OLDER, <#old as __private::Upcast<Self>>::upcast)
        },
        None => quote!(__private::decode_own(__version, __body)),
    };
    let key = event.key().map(key);
    let sequence = event.sequence().map(sequence);
    let debug = redacting(event);
    let data = object(&ident.unraw().to_string(), event.fields(), &event.serde);
    let check = check::emit(event, facts, files);
    let test = test::event(event.attrs.runtime(), ident, &facts.name.value(), facts.version.value);
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #older
            const __DATA: &__private::Object = &#data;
            const __CONTRACT: &__private::Contract = &#contract;
            #check
            #[automatically_derived]
            impl __private::Schema for #ident {
                const SHAPE: __private::Shape = __private::Shape::Object(__DATA);
            }
            #[automatically_derived]
            impl __private::Event for #ident {
                const CONTRACT: &'static __private::Contract = __CONTRACT;
                #key
                #sequence
                fn decode(
                    __version: __private::Version,
                    __body: &[__private::u8],
                ) -> __private::Result<Self, __private::DecodeError> {
                    #decode
                }
            }
            #debug
        };
        #test
    }
}

/// The older version: found once, so that a mistake in it is said once.
fn older(event: &Event<'_>, facts: &Facts<'_>) -> Option<TokenStream> {
    let old = event.attrs.upcast_from.get()?;
    let (name, version) = (facts.name, facts.version.value);
    let check = quote_spanned!(old.span()=> const _: () = __private::check_upcast(#name, #version, &__OLDER););
    Some(quote! {
        const __OLDER: __private::Known<#old> = <#old as __private::IsEvent>::EVENT;
        const __READS: [__private::Version; __OLDER.reads()] = __OLDER.versions();
        #check
    })
}

fn contract(event: &Event<'_>, facts: &Facts<'_>, files: &Files) -> TokenStream {
    let Facts { name, owner, .. } = facts;
    let version = facts.version.value;
    let type_name = format!("{}.v{version}", name.value());
    let summary = &event.summary;
    let source = event.attrs.source.get().map(|source| quote!(.with_source(#source)));
    let reads = event.attrs.upcast_from.get().map(|_| quote!(.with_reads(&__READS)));
    let name_of = |field: Option<&Field<'_>>| field.map(|field| field.names.written.clone());
    let key = name_of(event.key()).map(|key| quote!(.with_key(#key)));
    let sequence = name_of(event.sequence()).map(|sequence| quote!(.with_sequence(#sequence)));
    let unrouted = event
        .attrs
        .unrouted
        .get()
        .map(|_| quote!(.with_unrouted(__private::Unrouted::Keep)));
    let status = files
        .own
        .as_ref()
        .map(status)
        .map(|status| quote!(.with_status(#status)));
    quote! {
        __private::Contract::new(#name, __private::version(#version), #type_name)
            .with_owner(#owner)
            .with_summary(#summary)
            #source #reads #key #sequence #unrouted #status
            .with_data(__DATA)
    }
}

fn key(field: &Field<'_>) -> TokenStream {
    let (ident, ty) = (&field.original.ident, field.ty());
    quote! {
        fn key(&self) -> __private::Option<__private::Cow<'_, __private::str>> {
            __private::Option::Some(<#ty as __private::Key>::text(&self.#ident))
        }
    }
}

fn sequence(field: &Field<'_>) -> TokenStream {
    let (ident, ty) = (&field.original.ident, field.ty());
    quote! {
        fn sequence(&self) -> __private::Option<__private::u64> {
            <#ty as __private::Sequence>::number(&self.#ident)
        }
    }
}

/// `Debug` without the sensitive values, where there are some.
pub(super) fn redacting(event: &Event<'_>) -> Option<TokenStream> {
    let span = event.fields.sensitive()?;
    let generics = Generics::default();
    Some(debug(span, event.ident(), &generics, Some(&event.fields), &[]))
}
