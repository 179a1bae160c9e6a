use super::ast::Event;
use super::valid::Facts;
use crate::contracts::{Files, committed, reader, tracked};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

/// Holds the event against what is written down about it.
pub(super) fn emit(event: &Event<'_>, facts: &Facts<'_>, files: &Files) -> TokenStream {
    let Facts { name, version, .. } = facts;
    let at_version = version.at.span();
    let tracked = tracked(&files.read);
    let own = own(event, files);
    let live = &files.live;
    let reach = (!live.is_empty())
        .then(|| quote_spanned!(at_version=> const _: () = __private::check_reach(__CONTRACT, &[#(#live),*]);));
    let missed = files.missed.iter().map(|(version, readers)| {
        let readers = readers.iter().map(|of| reader(of, false));
        quote_spanned! {at_version=>
            const _: () = __private::check_retired(#name, __private::version(#version), &[#(#readers),*]);
        }
    });
    quote!(#tracked #own #reach #(#missed)*)
}

/// Shown at the struct's name.
fn own(event: &Event<'_>, files: &Files) -> TokenStream {
    let span = event.ident().span();
    let Some(own) = &files.own else {
        return quote_spanned!(span=> const _: () = __private::check_shape(__DATA););
    };
    let committed = committed(own);
    let readers = files.readers.iter().map(|of| reader(of, true));
    quote_spanned! {span=>
        const __WIDER: __private::bool = __private::check_event(__CONTRACT, &#committed, &[#(#readers),*]);
        const _: () = __private::Wider::<__WIDER>::SAID;
    }
}
