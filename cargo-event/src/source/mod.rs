//! Places in Rust sources: where something is, and where something may be put. Only read, never rewritten.

mod event;
mod module;
mod service;
mod version;

pub(crate) use event::{Declared, declares, events};
pub(crate) use module::{has_module, reexports, with_module, with_use};
pub(crate) use service::end_of_service;
pub(crate) use version::next_version;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::ops::Range;

fn tokens(text: &str) -> Option<Vec<TokenTree>> {
    Some(text.parse::<TokenStream>().ok()?.into_iter().collect())
}

fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

fn ident(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

fn range(token: &TokenTree) -> Range<usize> {
    token.span().byte_range()
}

/// `text` with `what` at a place.
pub(crate) fn put(text: &str, at: usize, what: &str) -> String {
    let (before, after) = text.split_at(at);
    format!("{before}{what}{after}")
}
