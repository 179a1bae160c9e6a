use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::Type;

/// Where `ty` names the type that it is a part of, as `Self` or by its own name alone.
///
/// Through another type, or a longer path, the compiler finds it: a cycle, E0391.
pub(super) fn find(own: &Ident, ty: &Type) -> Option<Ident> {
    let mut names = Vec::new();
    idents(ty.to_token_stream(), false, &mut names);
    names.into_iter().find(|name| name == own || name == "Self")
}

/// The identifiers that are not behind a `::`.
fn idents(tokens: TokenStream, mut in_path: bool, into: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if !in_path {
                    into.push(ident);
                }
                in_path = false;
            }
            TokenTree::Punct(punct) => in_path = punct.as_char() == ':',
            TokenTree::Group(group) => {
                idents(group.stream(), false, into);
                in_path = false;
            }
            TokenTree::Literal(_) => in_path = false,
        }
    }
}

/// Whether `ty` mentions a parameter of its type.
pub(crate) fn mentions(ty: &Type, parameter: &Ident) -> bool {
    let mut names = Vec::new();
    idents(ty.to_token_stream(), false, &mut names);
    names.contains(parameter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn own_names() {
        let own: Ident = parse_quote!(Node);
        for (ty, found) in [
            (parse_quote!(Vec<Node>), true),
            (parse_quote!(Option<Box<Self>>), true),
            (parse_quote!([Node; 3]), true),
            (parse_quote!((u8, Node<T>)), true),
            (parse_quote!(v1::Node), false),
            (parse_quote!(NodeId), false),
            (parse_quote!(Vec<crate::Node>), false),
        ] as [(Type, bool); 7]
        {
            assert_eq!(find(&own, &ty).is_some(), found, "{}", ty.to_token_stream());
        }
    }
}
