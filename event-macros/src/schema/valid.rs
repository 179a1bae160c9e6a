use super::ast::{Form, Schema};
use crate::ctxt::Ctxt;
use crate::shape::{Fields, check_container, check_fields, check_variants};
use crate::symbol::SCHEMA;
use syn::Data;

pub(crate) fn check(cx: &Ctxt, schema: &Schema<'_>) {
    check_open(cx, schema);
    // It looks like another type, whatever it holds.
    if schema.attrs.wire.is_given() {
        return;
    }
    check_container(
        cx,
        &schema.serde,
        "say which type it looks like: `#[schema(wire = \"String\")]`",
    );
    check_tag(cx, schema);
    check_skipped_content(cx, schema);
    let (own, generics) = (schema.ident(), &schema.original.generics);
    match &schema.form {
        Form::Struct(fields) => {
            check_fields(cx, fields, own, generics, SCHEMA);
            check_transparent(cx, schema, fields);
        }
        Form::Enum(variants) => check_variants(cx, variants, own, generics, SCHEMA),
    }
}

// More variants may come; fields may always.
fn check_open(cx: &Ctxt, schema: &Schema<'_>) {
    if let (Some(open), Data::Struct(_)) = (&schema.attrs.open, &schema.original.data) {
        cx.error(
            open,
            "only an enum can be `open`: a struct may get new fields anyway; remove the word",
        );
    }
}

// It would be written, and read as an unknown field.
fn check_tag(cx: &Ctxt, schema: &Schema<'_>) {
    if let (Some((word, tag)), Form::Struct(_)) = (&schema.serde.tag, &schema.form) {
        cx.error(
            word,
            format_args!("the tag of a struct is written and never read; make `{tag}` a field, or the struct an enum"),
        );
    }
}

// serde writes such a variant without its content, and does not read that.
fn check_skipped_content(cx: &Ctxt, schema: &Schema<'_>) {
    let (Some(_), Form::Enum(variants)) = (&schema.serde.content, &schema.form) else {
        return;
    };
    for variant in variants {
        let fields = &variant.original.fields;
        if matches!(variant.fields, Fields::Unit) && !fields.is_empty() {
            cx.error(
                fields,
                "with `content` beside the tag, serde does not read a variant that skips all it holds; remove what it holds",
            );
        }
    }
}

// serde says what is wrong with other transparent structs.
fn check_transparent(cx: &Ctxt, schema: &Schema<'_>, fields: &Fields<'_>) {
    for field in fields.all().iter().filter(|_| schema.serde.transparent) {
        if let Some(sensitive) = &field.marks.sensitive {
            cx.error(
                sensitive,
                "a transparent struct has no field on the wire that could be hidden; write it where this type is used",
            );
        }
    }
}
