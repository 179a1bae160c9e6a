use super::ast::View;
use super::source::{Source, files};
use crate::ctxt::Ctxt;
use crate::shape::{check_container, check_fields};
use crate::symbol::VIEW;
use crate::text::source;
use event_contract::check_event_name;

pub(crate) fn check<'a>(cx: &Ctxt, view: &'a View<'_>) -> Option<Source<'a>> {
    check_generics(cx, view);
    check_options(cx, view);
    check_name(cx, view);
    check_versions(cx, view);
    check_shape(cx, view);
    match (view.attrs.of.get(), view.attrs.event.get()) {
        (Some(types), _) => Some(Source::Types(types)),
        (None, Some(event)) => files(cx, view, event).map(Source::Files),
        (None, None) => None,
    }
}

// It is checked against contracts when it is compiled, so it has one shape.
fn check_generics(cx: &Ctxt, view: &View<'_>) {
    let generics = &view.original.generics;
    if !generics.params.is_empty() {
        let ident = view.ident();
        cx.error(
            generics,
            format_args!("a view has one shape, so `{ident}` cannot be generic; write one struct per view"),
        );
    }
}

// Of what, and of which versions: one of the two ways.
fn check_options(cx: &Ctxt, view: &View<'_>) {
    let attrs = &view.attrs;
    if !attrs.complete {
        return;
    }
    let message = match (attrs.of.is_given(), attrs.event.is_given(), attrs.versions.is_given()) {
        (true, false, false) | (false, true, true) => return,
        (true, ..) => "`of` says the event and its versions: remove the rest, or remove `of`",
        (false, true, false) => "say which versions are read: `versions = [1]`",
        (false, false, true) => "say of which event: `event = \"order.placed\"`",
        (false, false, false) => {
            "say what this is a view of: `#[view(event = \"order.placed\", versions = [1])]`, or `#[view(of = OrderPlaced)]`"
        }
    };
    match view.original.attrs.iter().find(|attr| attr.path().is_ident("view")) {
        Some(attr) => cx.error(&attr.meta, message),
        None => cx.error(view.ident(), message),
    }
}

fn check_name(cx: &Ctxt, view: &View<'_>) {
    if let Some(event) = view.attrs.event.get()
        && let Err(error) = check_event_name(&event.value())
    {
        cx.error(
            event,
            format_args!("{error}; an event's name looks like `order.placed`"),
        );
    }
}

// A version is read in one way.
fn check_versions(cx: &Ctxt, view: &View<'_>) {
    let versions = view.attrs.versions.get().map(Vec::as_slice).unwrap_or_default();
    for (at, version) in versions.iter().enumerate() {
        if versions[..at].iter().any(|before| before.value == version.value) {
            let number = version.value;
            cx.error(
                &version.at,
                format_args!("v{number} is there already; remove one of the two"),
            );
        }
    }
    let types = view.attrs.of.get().map(Vec::as_slice).unwrap_or_default();
    for (at, ty) in types.iter().enumerate() {
        if types[..at].iter().any(|before| source(before) == source(ty)) {
            cx.error(ty, "this type is there already; remove one of the two");
        }
    }
}

fn check_shape(cx: &Ctxt, view: &View<'_>) {
    let serde = &view.serde;
    check_container(
        cx,
        serde,
        "a view says it with its own fields; move the conversion into the type of a field",
    );
    if let Some((word, _)) = &serde.tag {
        cx.error(
            word,
            "an event's name travels beside the body, in `type`; remove the tag",
        );
    }
    if let (true, Some(field)) = (serde.transparent, view.fields().first()) {
        cx.error(
            field.original,
            "a transparent struct has no fields on the wire, and a view reads fields; remove `#[serde(transparent)]`",
        );
    }
    check_fields(cx, &view.fields, view.ident(), &view.original.generics, VIEW);
}
