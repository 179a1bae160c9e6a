use super::ast::{Field, Fields, Variant};
use super::recursion;
use crate::ctxt::Ctxt;
use crate::serde::{Container, Names};
use crate::symbol::Symbol;
use crate::text::source;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::Generics;

// What another type or function decides cannot be told from the fields.
pub(crate) fn check_container(cx: &Ctxt, serde: &Container, way_out: &str) {
    for word in &serde.opaque {
        let name = source(word);
        if word.is_ident("untagged") {
            cx.error(
                word,
                "an untagged enum does not say on the wire which variant it is; give it a tag, `#[serde(tag = \"kind\")]`, or \
                 leave it unchecked: `#[schema(wire = \"serde_json::Value\")]`",
            );
            continue;
        }
        cx.error(
            word,
            format_args!("`{name}` hides what the type looks like on the wire; {way_out}"),
        );
    }
}

/// `attribute` is ours: `schema` or `event`.
pub(crate) fn check_fields(cx: &Ctxt, fields: &Fields<'_>, own: &Ident, generics: &Generics, attribute: Symbol) {
    let named = matches!(fields, Fields::Named(_));
    for field in fields.all().iter().filter(|field| field.is_there()) {
        check_functions(cx, field, attribute);
        check_recursion(cx, field, own, attribute);
        check_flatten(cx, field, generics);
        if !named {
            check_unnamed(cx, field);
        }
    }
    if let Fields::Named(fields) = fields {
        let there = fields
            .iter()
            .filter(|field| field.is_there() && field.serde.flatten.is_none());
        check_names(cx, there.map(|field| (&field.names, &field.original.ident)));
    }
}

fn check_functions(cx: &Ctxt, field: &Field<'_>, attribute: Symbol) {
    let word = field.serde.writes_with.as_ref().or(field.serde.reads_with.as_ref());
    if let (Some(word), false) = (word, field.marks.wire.is_given()) {
        let name = source(word);
        cx.error(
            word,
            format_args!(
                "`{name}` hides what the field looks like on the wire; say which type it looks like: \
                 `#[{attribute}(wire = \"String\")]`"
            ),
        );
    }
}

// A shape is a constant, and a constant that needs itself has no value.
fn check_recursion(cx: &Ctxt, field: &Field<'_>, own: &Ident, attribute: Symbol) {
    if let Some(found) = recursion::find(own, field.wire()) {
        cx.error(
            found,
            format_args!(
                "`{own}` holds itself, so its form on the wire has no end that a contract could write down; hand over \
                 ids, or leave this field unchecked: `#[{attribute}(wire = \"serde_json::Value\")]`"
            ),
        );
    }
}

fn check_flatten(cx: &Ctxt, field: &Field<'_>, generics: &Generics) {
    let Some(flatten) = &field.serde.flatten else { return };
    if let Some(sensitive) = &field.marks.sensitive {
        cx.error(
            sensitive,
            "a flattened field has no name of its own to be hidden under; mark the fields inside it",
        );
    }
    if field.serde.skip_serializing || field.serde.skip_deserializing || field.serde.skip_serializing_if.is_some() {
        cx.error(
            flatten,
            "a flattened field is both written and read, always; remove `flatten`, or what skips it",
        );
    }
    if let Some(parameter) = generics
        .type_params()
        .find(|parameter| recursion::mentions(field.wire(), &parameter.ident))
    {
        let name = &parameter.ident;
        cx.error(
            flatten,
            format_args!(
                "the fields to flatten are not known, because the type depends on `{name}`; name the type, or remove \
                 `flatten`"
            ),
        );
    }
}

// Fields without a name are told by their place.
fn check_unnamed(cx: &Ctxt, field: &Field<'_>) {
    if let Some(sensitive) = &field.marks.sensitive {
        cx.error(
            sensitive,
            "only a field with a name can be hidden; write it where this type is used, or give the field a name",
        );
    }
    let serde = &field.serde;
    if serde.skip_serializing || serde.skip_deserializing || serde.skip_serializing_if.is_some() {
        cx.error(
            field.original,
            "fields without a name are told apart by their place, so none can be left out in one direction; use `skip`, or \
             give the fields names",
        );
    }
}

pub(crate) fn check_variants(cx: &Ctxt, variants: &[Variant<'_>], own: &Ident, generics: &Generics, attribute: Symbol) {
    for variant in variants.iter().filter(|variant| !variant.serde.is_skipped()) {
        for word in &variant.serde.opaque {
            let name = source(word);
            cx.error(
                word,
                format_args!(
                    "`{name}` hides what the variant looks like on the wire; say which type the enum looks like: \
                     `#[{attribute}(wire = \"serde_json::Value\")]` above it"
                ),
            );
        }
        check_fields(cx, &variant.fields, own, generics, attribute);
    }
    let there = variants.iter().filter(|variant| !variant.serde.is_skipped());
    check_names(cx, there.map(|variant| (&variant.names, &variant.original.ident)));
}

// serde would write both and read one.
fn check_names<'a>(cx: &Ctxt, all: impl Iterator<Item = (&'a Names, &'a (impl ToTokens + 'a))>) {
    let mut before: Vec<&Names> = Vec::new();
    for (names, ident) in all {
        let twice = before.iter().find_map(|other| {
            let read = names.read.iter().find(|name| other.read.contains(name));
            read.or((names.written == other.written).then_some(&names.written))
        });
        if let Some(name) = twice {
            cx.error(
                ident,
                format_args!("`{name}` is on the wire twice; rename one of the two: `#[serde(rename = \"..\")]`"),
            );
        }
        before.push(names);
    }
}
