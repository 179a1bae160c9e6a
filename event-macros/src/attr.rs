//! Reading `#[event(..)]` and its like: one mistake in an option does not hide the next one.

use crate::ctxt::Ctxt;
use crate::suggest::suggest;
use crate::symbol::Symbol;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Attribute;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};

/// One option: `word`, `word = value` or `word(..)`.
pub(crate) struct Opt {
    pub(crate) word: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    None,
    Is(TokenStream),
    List(Group),
}

/// What `#[word(..)]` attributes hold, and whether all of it could be read.
///
/// Rules about something missing stay silent when it could not: the typo has been reported.
pub(crate) struct Options {
    pub(crate) found: Vec<Opt>,
    pub(crate) complete: bool,
}

impl Options {
    /// The options of every `#[word(..)]` among `attrs`.
    pub(crate) fn from_attrs(cx: &Ctxt, word: Symbol, attrs: &[Attribute]) -> Self {
        let mut options = Self::none();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(word.0)) {
            match attr.meta.require_list() {
                Ok(list) => options.read(cx, list.tokens.clone()),
                Err(_) => {
                    cx.error(
                        &attr.meta,
                        format_args!("`{word}` takes its options in parentheses: `#[{word}(..)]`"),
                    );
                    options.complete = false;
                }
            }
        }
        options
    }

    /// The options between the parentheses of an attribute macro.
    pub(crate) fn from_tokens(cx: &Ctxt, tokens: TokenStream) -> Self {
        let mut options = Self::none();
        options.read(cx, tokens);
        options
    }

    fn none() -> Self {
        Self {
            found: Vec::new(),
            complete: true,
        }
    }

    fn read(&mut self, cx: &Ctxt, tokens: TokenStream) {
        for tokens in split(tokens) {
            match cx.absorb(option.parse2(tokens)) {
                Some(option) => self.found.push(option),
                None => self.complete = false,
            }
        }
    }

    /// Reports an option that `attribute` does not have.
    pub(crate) fn unknown(&mut self, cx: &Ctxt, attribute: Symbol, word: &Ident, known: &[Symbol]) {
        self.complete = false;
        unknown(cx, attribute, word, known);
    }
}

pub(crate) fn unknown(cx: &Ctxt, attribute: Symbol, word: &Ident, known: &[Symbol]) {
    match suggest(&word.to_string(), known) {
        Some(near) => cx.error(
            word,
            format_args!("`{attribute}` has no option `{word}`; did you mean `{near}`?"),
        ),
        None => {
            let list = list(known);
            cx.error(
                word,
                format_args!("`{attribute}` has no option `{word}`; it has {list}"),
            );
        }
    }
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list(words: &[Symbol]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn option(input: ParseStream<'_>) -> syn::Result<Opt> {
    let word = input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), "expected the name of an option"))?;
    let value = match input.parse()? {
        None => Value::None,
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
            let value: TokenStream = input.parse()?;
            if value.is_empty() {
                return Err(syn::Error::new_spanned(
                    &word,
                    format_args!("`{word} =` lacks its value"),
                ));
            }
            if let (Some(TokenTree::Literal(_)), Some(more)) =
                (value.clone().into_iter().next(), value.clone().into_iter().nth(1))
            {
                return Err(syn::Error::new_spanned(more, "expected `,` before the next option"));
            }
            Value::Is(value)
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            if let Some(more) = input.parse::<Option<TokenTree>>()? {
                let _: TokenStream = input.parse()?;
                return Err(syn::Error::new_spanned(more, "expected `,` before the next option"));
            }
            Value::List(group)
        }
        Some(other) => {
            let _: TokenStream = input.parse()?;
            return Err(syn::Error::new_spanned(
                other,
                format_args!("expected `=`, `(` or `,` after `{word}`"),
            ));
        }
    };
    Ok(Opt { word, value })
}

/// Takes a list apart at its commas, those between angle brackets excepted.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    let mut depth = 0_i32;
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' => depth -= 1,
                ',' if depth <= 0 => {
                    parts.push(TokenStream::new());
                    continue;
                }
                _ => {}
            }
        }
        if let Some(part) = parts.last_mut() {
            part.extend([token]);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// An option that may be given once.
pub(crate) struct Once<T> {
    word: Option<Ident>,
    value: Option<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self {
            word: None,
            value: None,
        }
    }
}

impl<T> Once<T> {
    /// Takes the value; reports a second one. `None` is a value that was reported already.
    pub(crate) fn set(&mut self, cx: &Ctxt, word: &Ident, value: Option<T>) {
        if self.word.is_some() {
            cx.error(word, format_args!("`{word}` is given twice; remove one of them"));
            return;
        }
        self.word = Some(word.clone());
        self.value = value;
    }

    /// Given, be it with a good value or not.
    pub(crate) fn is_given(&self) -> bool {
        self.word.is_some()
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    pub(crate) fn take(self) -> Option<T> {
        self.value
    }
}

impl ToTokens for Opt {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.word.to_tokens(tokens);
        match &self.value {
            Value::None => {}
            Value::Is(value) => value.to_tokens(tokens),
            Value::List(group) => group.to_tokens(tokens),
        }
    }
}
