//! Documentation and types, as text for people.

use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The first paragraph of the documentation, in one line.
pub(crate) fn summary(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(doc_line).collect::<Vec<_>>().join("\n");
    let paragraph = lines.lines().map(str::trim).skip_while(|line| line.is_empty());
    paragraph
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn doc_line(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Tokens as people write them: `Vec<Line>`, not `Vec < Line >`.
pub(crate) fn source(tokens: &impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    let mut text = String::with_capacity(spaced.len());
    let mut words = spaced.split_whitespace().peekable();
    while let Some(word) = words.next() {
        text.push_str(word);
        let ends = word.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        let starts = |next: &&str| next.starts_with(|first: char| first.is_alphanumeric() || "_'".contains(first));
        if word.ends_with([',', ';']) || ends && words.peek().is_some_and(starts) {
            text.push(' ');
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{ItemStruct, Type, parse_quote};

    #[test]
    fn types_look_as_written() {
        for (ty, text) in [
            (parse_quote!(Vec<Line>), "Vec<Line>"),
            (
                parse_quote!(std::collections::HashMap<String, Vec<u8>>),
                "std::collections::HashMap<String, Vec<u8>>",
            ),
            (parse_quote!([u8; 4]), "[u8; 4]"),
            (parse_quote!(&'static str), "&'static str"),
            (parse_quote!(Box<dyn Any>), "Box<dyn Any>"),
            (parse_quote!((i64, bool)), "(i64, bool)"),
        ] as [(Type, &str); 6]
        {
            assert_eq!(source(&ty), text);
        }
    }

    #[test]
    fn summaries_are_one_paragraph() {
        let item: ItemStruct = parse_quote! {
            /// A customer
            /// placed an order.
            ///
            /// More.
            struct Placed;
        };
        assert_eq!(summary(&item.attrs), "A customer placed an order.");
        assert_eq!(summary(&[]), "");
    }
}
