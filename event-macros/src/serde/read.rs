//! Taking `#[serde(..)]` apart.

use proc_macro2::Group;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, LitStr, Token, token};

/// Every word of every `#[serde(..)]`.
pub(super) fn each(attrs: &[Attribute], mut read: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<()>) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| read(&meta));
    }
}

/// `= "text"`.
pub(super) fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    Ok(meta.value()?.parse::<LitStr>()?.value())
}

/// `= "text"` for both directions, or `(serialize = "text", deserialize = "text")`.
pub(super) fn both(meta: &ParseNestedMeta<'_>, mut take: impl FnMut(&str, String)) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        let value = text(meta)?;
        take("serialize", value.clone());
        take("deserialize", value);
        return Ok(());
    }
    meta.parse_nested_meta(|meta| {
        let value = text(&meta)?;
        if meta.path.is_ident("serialize") {
            take("serialize", value);
        } else if meta.path.is_ident("deserialize") {
            take("deserialize", value);
        }
        Ok(())
    })
}

/// A word alone, or with a path: `""` when alone.
pub(super) fn path_or_nothing(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    if meta.input.peek(Token![=]) {
        text(meta)
    } else {
        Ok(String::new())
    }
}

/// Whatever follows a word that decides nothing here.
pub(super) fn step_over(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(token::Paren) {
        meta.input.parse::<Group>()?;
    }
    Ok(())
}
