//! The options about order, and the rules between them.

use super::attr::HandlerAttrs;
use crate::attr::Opt;
use crate::ctxt::Ctxt;
use crate::value::Written;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{LitStr, Type};

/// What the runtime holds unsettled for a handler with an order; a test compares them.
pub(crate) const DEFAULT_PREFETCH: u32 = 50;

/// How many partitions a handler can have; a test compares it with what the runtime knows.
pub(crate) const PARTITIONS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// `on_poison = "hold"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnPoison {
    Hold,
    Skip,
    Stop,
}

impl OnPoison {
    pub(crate) fn from_option(cx: &Ctxt, option: &Opt) -> Option<Written<Self, LitStr>> {
        let at = option.text(cx, "hold")?;
        let value = match at.value().as_str() {
            "hold" => Self::Hold,
            "skip" => Self::Skip,
            "stop" => Self::Stop,
            _ => {
                cx.error(
                    at,
                    "when an event fails for good, its key is held (\"hold\"), the event becomes a dead letter and the key \
                     goes on without it (\"skip\"), or the handler stops (\"stop\")",
                );
                return None;
            }
        };
        Some(Written { value, at })
    }
}

/// `stale = "skip"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stale;

impl Stale {
    pub(crate) fn from_option(cx: &Ctxt, option: &Opt) -> Option<Written<Self, LitStr>> {
        let at = option.text(cx, "skip")?;
        if at.value() != "skip" {
            cx.error(
                at,
                "an event that is older than what was handled is skipped: `stale = \"skip\"`",
            );
            return None;
        }
        Some(Written { value: Self, at })
    }
}

/// Checks the options against each other.
pub(super) fn check(cx: &Ctxt, attrs: &HandlerAttrs) {
    if let Some(on_poison) = attrs.on_poison.get() {
        if !attrs.ordered_by.is_given() {
            cx.error(
                on_poison,
                "only a handler with an order lets a failed event be in the way of later ones: add \
                 `ordered_by = \"order_id\"`, or remove `on_poison`",
            );
        } else if on_poison.value == OnPoison::Hold && !attrs.idempotent.is_given() {
            cx.error(
                on_poison,
                "a held key lines its events up in the store, in the transaction of an idempotent handler: add `idempotent`, \
                 or choose `\"stop\"` (the default without a store) or `\"skip\"`",
            );
        }
    }
    if let Some(partitions) = attrs.partitions.get() {
        if !attrs.ordered_by.is_given() {
            cx.error(
                partitions,
                "partitions keep the order of each key: add `ordered_by = \"order_id\"`; a handler without an order has one queue, \
                 which any number of processes read side by side",
            );
        } else if !PARTITIONS.contains(&partitions.value) {
            cx.error(
                partitions,
                "a handler has 1, 2, 4, 8, 16, 32 or 64 partitions: take a few more than processes will ever run, such as \
                 `partitions = 16`",
            );
        }
    }
    if let (Some(stale), false) = (attrs.stale.get(), attrs.idempotent.is_given()) {
        cx.error(
            stale,
            "what was handled last is remembered in the transaction of an idempotent handler: add `idempotent`",
        );
    }
    for (given, word) in [
        (attrs.ordered_by.get(), "ordered_by"),
        (attrs.stale.get().map(|stale| &stale.at), "stale"),
    ] {
        if let (Some(at), true) = (given, attrs.batch.is_given()) {
            cx.error(
                at,
                format_args!(
                    "`{word}` decides event by event, and a batch is handled as one: remove `batch`, and take the event itself"
                ),
            );
        }
    }
}

/// Only the compiler knows which events a type stands for, so it is asked, on the text that names the field.
pub(super) fn checks(attrs: &HandlerAttrs, input: &Type) -> TokenStream {
    let takes = quote!(__private::Probe::<#input>::TAKES);
    let ordered = attrs
        .ordered_by
        .get()
        .map(|field| quote_spanned!(field.span()=> __private::check_ordered_by(#field, #takes);));
    let stale = attrs
        .stale
        .get()
        .map(|stale| quote_spanned!(stale.at.span()=> __private::check_sequenced(#takes);));
    quote!(#ordered #stale)
}

pub(super) fn options(attrs: &HandlerAttrs) -> TokenStream {
    let ordered = attrs.ordered_by.get().map(|field| {
        let on_poison = attrs.on_poison.get().map(|on_poison| match on_poison.value {
            OnPoison::Hold => quote!(.with_on_poison(__private::OnPoison::Hold)),
            OnPoison::Skip => quote!(.with_on_poison(__private::OnPoison::Skip)),
            OnPoison::Stop => quote!(.with_on_poison(__private::OnPoison::Stop)),
        });
        let partitions = attrs.partitions.get().map(|partitions| {
            let count = partitions.value as u16;
            quote!(.with_partitions(#count))
        });
        quote!(.with_ordered_by(#field) #partitions #on_poison)
    });
    let stale = attrs.stale.get().map(|_| quote!(.with_stale_skipped()));
    quote!(#ordered #stale)
}
