//! The values of options, each with a message that shows what it should have been.

use crate::attr::{Opt, Options, Value};
use crate::ctxt::Ctxt;
use crate::duration;
use crate::runtime_path::RuntimePath;
use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::ToTokens;
use std::time::Duration;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprArray, ExprLit, ExprUnary, Lit, LitInt, LitStr, Token, Type, UnOp};

/// A value together with the tokens it was written as.
pub(crate) struct Written<T, L> {
    pub(crate) value: T,
    pub(crate) at: L,
}

impl<T, L: ToTokens> ToTokens for Written<T, L> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.at.to_tokens(tokens);
    }
}

impl Opt {
    /// A word alone.
    pub(crate) fn flag(&self, cx: &Ctxt) -> Option<()> {
        match &self.value {
            Value::None => Some(()),
            Value::Is(value) => self.wrong(
                cx,
                value,
                format_args!("`{0}` takes no value: write just `{0}`", self.word),
            ),
            Value::List(list) => self.wrong(
                cx,
                list,
                format_args!("`{0}` takes no options: write just `{0}`", self.word),
            ),
        }
    }

    /// A word alone that may be given once: remembers where.
    pub(crate) fn mark(&self, cx: &Ctxt, slot: &mut Option<Ident>) {
        let word = &self.word;
        if self.flag(cx).is_some() && slot.replace(word.clone()).is_some() {
            cx.error(word, format_args!("`{word}` is given twice; remove one of them"));
        }
    }

    /// `word = "text"`.
    pub(crate) fn text(&self, cx: &Ctxt, example: &str) -> Option<LitStr> {
        let expected = format!("`{} = \"{example}\"`", self.word);
        match self.expr(cx, &expected)? {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text),
            other => self.wrong(cx, other, format_args!("`{}` takes a string: {expected}", self.word)),
        }
    }

    /// `word = "text"` that is not empty.
    pub(crate) fn filled(&self, cx: &Ctxt, example: &str) -> Option<LitStr> {
        let text = self.text(cx, example)?;
        if text.value().trim().is_empty() {
            return self.wrong(
                cx,
                text,
                format_args!("`{0}` is empty; for example `{0} = \"{example}\"`", self.word),
            );
        }
        Some(text)
    }

    /// `word = 5`, at least 1 and at most `max`.
    pub(crate) fn count(&self, cx: &Ctxt, max: u32, example: u32) -> Option<Written<u32, LitInt>> {
        let expected = format!("`{} = {example}`", self.word);
        match self.expr(cx, &expected)? {
            Expr::Lit(ExprLit { lit: Lit::Int(at), .. }) => match at.base10_parse::<u32>() {
                Ok(value) if (1..=max).contains(&value) && at.suffix().is_empty() => Some(Written { value, at }),
                Ok(0) => self.wrong(cx, at, format_args!("`{}` is at least 1", self.word)),
                Err(_) | Ok(_) if at.suffix().is_empty() => {
                    self.wrong(cx, at, format_args!("`{}` is at most {max}", self.word))
                }
                _ => self.wrong(cx, at, format_args!("`{}` takes a plain number: {expected}", self.word)),
            },
            at @ Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) => {
                self.wrong(cx, at, format_args!("`{}` is at least 1", self.word))
            }
            other => self.wrong(cx, other, format_args!("`{}` takes a number: {expected}", self.word)),
        }
    }

    /// `word = [1, 2]`.
    pub(crate) fn counts(&self, cx: &Ctxt, max: u32, example: u32) -> Option<Vec<Written<u32, LitInt>>> {
        let expected = format!("`{} = [{example}]`", self.word);
        let array = match self.expr(cx, &expected)? {
            Expr::Array(array) if !array.elems.is_empty() => array,
            other => {
                return self.wrong(
                    cx,
                    other,
                    format_args!("`{}` takes a list of numbers: {expected}", self.word),
                );
            }
        };
        let all = array.elems.iter().map(|element| {
            let one = Self {
                word: self.word.clone(),
                value: Value::Is(element.to_token_stream()),
            };
            one.count(cx, max, example)
        });
        // Every element is looked at before one of them decides.
        all.collect::<Vec<_>>().into_iter().collect()
    }

    /// `word = "30s"`.
    pub(crate) fn duration(&self, cx: &Ctxt, example: &str) -> Option<Written<Duration, LitStr>> {
        let units = "\"200ms\", \"30s\", \"5m\" or \"1h\"";
        let at = match self.expr(cx, &format!("`{} = \"{example}\"`", self.word))? {
            Expr::Lit(ExprLit { lit: Lit::Str(at), .. }) => at,
            other => {
                return self.wrong(
                    cx,
                    other,
                    format_args!("`{}` takes a duration such as {units}", self.word),
                );
            }
        };
        match duration::parse(&at.value()) {
            Some(value) => Some(Written { value, at }),
            None => self.wrong(
                cx,
                &at,
                format_args!("not a duration; write a whole number and its unit, such as {units}"),
            ),
        }
    }

    /// `word = Type`.
    pub(crate) fn ty(&self, cx: &Ctxt, example: &str) -> Option<Type> {
        let Value::Is(value) = &self.value else {
            return self.lacks_value(cx, &format!("`{} = {example}`", self.word));
        };
        match syn::parse2(value.clone()) {
            Ok(ty) => Some(ty),
            Err(_) => self.wrong(
                cx,
                value,
                format_args!("`{0}` takes a type: `{0} = {example}`", self.word),
            ),
        }
    }

    /// `word = Type`, or `word = [Type, Type]`.
    pub(crate) fn tys(&self, cx: &Ctxt, example: &str) -> Option<Vec<Type>> {
        if let Value::Is(value) = &self.value
            && let Ok(list) = syn::parse2::<Group>(value.clone())
            && list.delimiter() == Delimiter::Bracket
        {
            let types = Punctuated::<Type, Token![,]>::parse_terminated.parse2(list.stream());
            return match types {
                Ok(types) if !types.is_empty() => Some(types.into_iter().collect()),
                _ => self.wrong(
                    cx,
                    value,
                    format_args!(
                        "`{0}` takes types: `{0} = {example}`, or `{0} = [{example}V1, {example}]`",
                        self.word
                    ),
                ),
            };
        }
        self.ty(cx, example).map(|ty| vec![ty])
    }

    /// `wire = "Type"`.
    pub(crate) fn quoted_ty(&self, cx: &Ctxt) -> Option<Type> {
        let text = self.text(cx, "String")?;
        match text.parse() {
            Ok(ty) => Some(ty),
            Err(_) => self.wrong(
                cx,
                text,
                format_args!(
                    "not a type; which Rust type does it look like on the wire? For example `{} = \"String\"`",
                    self.word
                ),
            ),
        }
    }

    /// `word = ["text", "text"]`.
    pub(crate) fn texts(&self, cx: &Ctxt, example: &str) -> Option<Vec<LitStr>> {
        let expected = format!("`{} = [\"{example}\"]`", self.word);
        let array = match self.expr(cx, &expected)? {
            Expr::Array(array) if !array.elems.is_empty() => array,
            other => {
                return self.wrong(
                    cx,
                    other,
                    format_args!("`{}` takes a list of names: {expected}", self.word),
                );
            }
        };
        let all = array.elems.iter().map(|element| match element {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) if !text.value().is_empty() => Some(text.clone()),
            other => self.wrong(cx, other, format_args!("`{}` lists names: {expected}", self.word)),
        });
        // Every element is looked at before one of them decides.
        all.collect::<Vec<_>>().into_iter().collect()
    }

    /// `crate = "path"`.
    pub(crate) fn runtime(&self, cx: &Ctxt) -> Option<RuntimePath> {
        let text = self.text(cx, "event_runtime")?;
        match text.parse_with(syn::Path::parse_mod_style) {
            Ok(path) => Some(RuntimePath(Some(path))),
            Err(_) => self.wrong(
                cx,
                text,
                "not a path; where is event-runtime? For example `crate = \"my_crate::event_runtime\"`",
            ),
        }
    }

    /// `word(..)`; `word` alone is an empty list.
    pub(crate) fn options(&self, cx: &Ctxt, example: &str) -> Option<Options> {
        match &self.value {
            Value::List(list) if !list.stream().is_empty() => Some(Options::from_tokens(cx, list.stream())),
            _ => self.wrong(
                cx,
                self,
                format_args!("`{0}` takes options in parentheses: `{0}({example})`", self.word),
            ),
        }
    }

    fn expr(&self, cx: &Ctxt, expected: &str) -> Option<Expr> {
        let Value::Is(value) = &self.value else {
            return self.lacks_value(cx, expected);
        };
        match whole.parse2(value.clone()) {
            Ok(expr) => Some(expr),
            Err(_) => self.wrong(cx, value, format_args!("cannot read this value; expected {expected}")),
        }
    }

    fn lacks_value<T>(&self, cx: &Ctxt, expected: &str) -> Option<T> {
        self.wrong(cx, self, format_args!("`{}` takes a value: {expected}", self.word))
    }

    fn wrong<T>(&self, cx: &Ctxt, at: impl ToTokens, message: impl std::fmt::Display) -> Option<T> {
        cx.error(at, message);
        None
    }
}

fn whole(input: ParseStream<'_>) -> syn::Result<Expr> {
    if input.peek(syn::token::Bracket) {
        return input.parse::<ExprArray>().map(Expr::Array);
    }
    Expr::parse(input)
}
