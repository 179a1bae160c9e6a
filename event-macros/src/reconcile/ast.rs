use crate::ctxt::Ctxt;
use crate::text;
use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, FnArg, ReturnType, Signature, Type, Visibility};

/// The function that `#[reconcile]` is on, without its body.
pub(crate) struct Job {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) summary: String,
}

impl Job {
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
                "`#[reconcile]` goes on an async function: `async fn missing_payments(missing: Missing<PaymentSettled>) { .. }`",
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

    pub(crate) fn has_receiver(&self) -> bool {
        let mut inputs = self.signature.inputs.iter();
        inputs.any(|argument| matches!(argument, FnArg::Receiver(_)))
    }

    pub(crate) fn returns(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }

    /// What the struct of the same name carries of the function's attributes.
    pub(crate) fn attrs_of_struct(&self) -> impl Iterator<Item = &Attribute> {
        let carried = |attr: &&Attribute| attr.path().is_ident("doc") || attr.path().is_ident("cfg");
        self.attrs.iter().filter(carried)
    }

    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }
}
