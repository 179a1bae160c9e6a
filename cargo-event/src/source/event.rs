use super::{group, ident, is_punct, tokens};
use proc_macro2::{Delimiter, TokenTree};

/// An event that a source declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) ty: String,
    /// It has the `sample` that scaffolded events have.
    pub(crate) sample: bool,
}

/// The events that a source declares with `#[derive(Event)]`.
pub(crate) fn events(text: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    if let Some(tokens) = tokens(text) {
        declared(&tokens, &mut found);
    }
    for event in &mut found {
        let marker = format!("impl {} {{", event.ty);
        event.sample = text.contains(&marker) && text.contains("fn sample() -> Self");
    }
    found
}

fn declared(tokens: &[TokenTree], found: &mut Vec<Declared>) {
    let mut options: Option<(String, u32)> = None;
    for (at, token) in tokens.iter().enumerate() {
        if let Some(attribute) = is_punct(Some(token), '#')
            .then(|| group(tokens.get(at + 1), Delimiter::Bracket))
            .flatten()
        {
            let inside: Vec<_> = attribute.stream().into_iter().collect();
            if let (Some("event"), Some(list)) = (
                ident(inside.first()).as_deref(),
                group(inside.get(1), Delimiter::Parenthesis),
            ) {
                options = event_options(&list.stream().into_iter().collect::<Vec<_>>());
            }
        }
        if ident(Some(token)).as_deref() == Some("struct")
            && let (Some((name, version)), Some(ty)) = (options.take(), ident(tokens.get(at + 1)))
        {
            found.push(Declared {
                name,
                version,
                ty,
                sample: false,
            });
        }
        if let Some(body) = group(Some(token), Delimiter::Brace) {
            declared(&body.stream().into_iter().collect::<Vec<_>>(), found);
        }
    }
}

fn event_options(list: &[TokenTree]) -> Option<(String, u32)> {
    let value = |option: &str| {
        let at = list
            .iter()
            .position(|token| ident(Some(token)).as_deref() == Some(option))?;
        is_punct(list.get(at + 1), '=')
            .then(|| list.get(at + 2).map(ToString::to_string))
            .flatten()
    };
    let name = value("name")?.trim_matches('"').to_owned();
    Some((name, value("version")?.parse().ok()?))
}

/// Whether a source declares a type of this name.
pub(crate) fn declares(text: &str, ty: &str) -> bool {
    let tokens = tokens(text).unwrap_or_default();
    tokens.windows(2).any(|two| {
        ident(two.first()).is_some_and(|word| word == "struct" || word == "enum" || word == "type")
            && ident(two.get(1)).as_deref() == Some(ty)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found() {
        let text = r#"
            /// One.
            #[derive(Event)]
            #[event(owner = "a", name = "order.placed", version = 2, upcast_from = V1)]
            pub struct OrderPlaced { #[event(key)] id: u64 }
            struct Other;
            mod inner { #[event(name = "order.paid", version = 1)] struct OrderPaid; }
            impl OrderPlaced { fn sample() -> Self { todo() } }
        "#;
        let found = events(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(
            (found[0].name.as_str(), found[0].version, found[0].ty.as_str()),
            ("order.placed", 2, "OrderPlaced")
        );
        assert!(found[0].sample && !found[1].sample);
        assert!(declares(text, "Other") && !declares(text, "Missing"));
    }
}
