use super::ast::{Failure, Variant};
use super::attr::Choice;
use crate::ctxt::Ctxt;

const CHOICES: &str = "`#[failure(retry)]` (try again), `#[failure(retry(after = \"30s\"))]`, \
                       `#[failure(poison)]` (to the dead letters at once) or `#[failure(skip)]` (counts as handled)";

pub(crate) fn check(cx: &Ctxt, failure: &Failure<'_>) {
    for variant in &failure.variants {
        check_choice(cx, failure, variant);
        check_transparent(cx, failure, variant);
    }
    check_default(cx, failure);
}

// Whether to try again is a decision; a default would make it silently.
fn check_choice(cx: &Ctxt, failure: &Failure<'_>, variant: &Variant<'_>) {
    let complete = failure.attrs.complete && variant.attrs.as_ref().is_none_or(|attrs| attrs.complete);
    if failure.choice(variant).is_none() && complete {
        let ident = variant.ident;
        let or = if failure.is_enum {
            "; on the enum it holds for every variant without its own"
        } else {
            ""
        };
        cx.error(
            ident,
            format_args!("say what becomes of the event after `{ident}`: {CHOICES}{or}"),
        );
    }
}

// The one field is the failure that decides.
fn check_transparent(cx: &Ctxt, failure: &Failure<'_>, variant: &Variant<'_>) {
    let attrs = variant.attrs.as_ref().unwrap_or(&failure.attrs);
    if let Some((word, Choice::Transparent)) = &attrs.choice
        && variant.fields.len() != 1
    {
        let (ident, count) = (variant.ident, variant.fields.len());
        cx.error(
            word,
            format_args!(
                "`transparent` asks the one field inside, and `{ident}` has {count}; choose for it: {CHOICES}"
            ),
        );
    }
}

// Variants differ in their fields, so an enum cannot say it for all of them.
fn check_default(cx: &Ctxt, failure: &Failure<'_>) {
    if let Some((word, Choice::Transparent)) = &failure.attrs.choice
        && failure.is_enum
    {
        cx.error(
            word,
            "`transparent` goes on a variant with one field; for the whole enum choose `retry`, `poison` or `skip`",
        );
    }
}
