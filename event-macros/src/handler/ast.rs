use crate::ctxt::Ctxt;
use crate::text;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, FnArg, ReturnType, Signature, Type, Visibility};

/// The function that `#[handler]` is on, without its body.
pub(crate) struct Handler {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) summary: String,
}

impl Handler {
    /// The body is not looked at: one that is half-typed leaves the rest in place.
    pub(crate) fn from_tokens(cx: &Ctxt, item: TokenStream) -> Option<Self> {
        let parse = |input: ParseStream<'_>| {
            let attrs = input.call(Attribute::parse_outer)?;
            let vis = input.parse()?;
            let signature = input.parse()?;
            let _body: TokenStream = input.parse()?;
            Ok((attrs, vis, signature))
        };
        let Ok((attrs, vis, signature)) = parse.parse2(item.clone()) else {
            cx.error(
                item,
                "`#[handler]` goes on an async function: `async fn on_order(order: OrderPlaced) { .. }`",
            );
            return None;
        };
        let summary = text::summary(&attrs);
        Some(Self {
            attrs,
            vis,
            signature,
            summary,
        })
    }

    pub(crate) fn ident(&self) -> &Ident {
        &self.signature.ident
    }

    /// The types of the arguments; a receiver is none.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Type> {
        self.signature.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(&*argument.ty),
            FnArg::Receiver(_) => None,
        })
    }

    /// The arguments after the event, and how the function takes them.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.arguments().skip(1).map(Taken::of).collect()
    }

    pub(crate) fn has_receiver(&self) -> bool {
        self.signature
            .inputs
            .iter()
            .any(|argument| matches!(argument, FnArg::Receiver(_)))
    }

    pub(crate) fn returns(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }

    /// What the struct of the same name carries of the function's attributes.
    pub(crate) fn attrs_of_struct(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs
            .iter()
            .filter(|attr| attr.path().is_ident("doc") || attr.path().is_ident("cfg"))
    }

    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }
}

/// How a function takes an argument.
pub(crate) enum Taken {
    /// Made for each call and moved in.
    Moved(Type),
    /// `&mut`: lent by the store. The type behind it, without its own lifetime.
    Lent(Type),
}

impl Taken {
    fn of(ty: &Type) -> Self {
        match ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                let named = named(reference.elem.to_token_stream());
                // What can be written with `'_` can be written with `'static`.
                Self::Lent(syn::parse2(named).unwrap_or_else(|_| (*reference.elem).clone()))
            }
            other => Self::Moved(other.clone()),
        }
    }
}

/// `'_` cannot be written in the places that generated code has for a type.
fn named(tokens: TokenStream) -> TokenStream {
    let mut after_tick = false;
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), named(group.stream()));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        TokenTree::Ident(ident) if after_tick && ident == "_" => {
            after_tick = false;
            TokenTree::Ident(Ident::new("static", ident.span()))
        }
        other => {
            after_tick = matches!(&other, TokenTree::Punct(punct) if punct.as_char() == '\'');
            other
        }
    });
    tokens.collect()
}
