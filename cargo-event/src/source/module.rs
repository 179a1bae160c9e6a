use super::{ident, is_punct, put, range, tokens};
use proc_macro2::TokenTree;

/// Whether the file of the module above says `pub use module::ty;`, or the same in braces, or `*`.
pub(crate) fn reexports(text: &str, module: &str, ty: &str) -> bool {
    let Some(tokens) = tokens(text) else { return false };
    (0..tokens.len()).any(|at| {
        let rest = &tokens[at..];
        let is_use = ident(rest.first()).as_deref() == Some("use")
            && ident(rest.get(1)).as_deref() == Some(module)
            && is_punct(rest.get(2), ':');
        is_use
            && match rest.get(4) {
                Some(TokenTree::Ident(name)) => name == ty && !is_punct(rest.get(5), ':'),
                Some(TokenTree::Group(names)) => names.stream().into_iter().any(|name| name.to_string() == ty),
                star => is_punct(star, '*'),
            }
    })
}

/// Whether a file says `mod name;`.
pub(crate) fn has_module(text: &str, name: &str) -> bool {
    let tokens = tokens(text).unwrap_or_default();
    tokens
        .windows(2)
        .any(|two| ident(two.first()).as_deref() == Some("mod") && ident(two.get(1)).as_deref() == Some(name))
}

/// `text` with the line `mod name;` after the last of its kind, or before everything else; `None` when it has one or
/// cannot be read.
pub(crate) fn with_module(text: &str, line: &str) -> Option<String> {
    let tokens = tokens(text)?;
    let after_last = tokens.windows(3).rev().find_map(|three| {
        let is_module = ident(three.first()).as_deref() == Some("mod") && is_punct(three.get(2), ';');
        is_module.then(|| range(&three[2]).end)
    });
    let (at, line) = match after_last {
        Some(end) => (end, format!("\n{line}")),
        None => {
            let mut at = 0;
            while is_punct(tokens.get(at), '#') && is_punct(tokens.get(at + 1), '!') {
                at += 3;
            }
            // Inner documentation has the place of its comment.
            let start = tokens.get(at).map_or(text.len(), |token| range(token).start);
            let line = if start == text.len() {
                format!("\n{line}\n")
            } else {
                format!("{line}\n\n")
            };
            (start, line)
        }
    };
    Some(put(text, at, &line))
}

/// `text` with a line after the last `use` at its top level, or at its end.
pub(crate) fn with_use(text: &str, line: &str) -> Option<String> {
    let tokens = tokens(text)?;
    let mut end = None;
    for (at, token) in tokens.iter().enumerate() {
        if ident(Some(token)).as_deref() == Some("use") {
            end = tokens[at..]
                .iter()
                .find(|token| is_punct(Some(token), ';'))
                .map(|token| range(token).end);
        }
    }
    let text = match end {
        Some(end) => put(text, end, &format!("\n{line}")),
        None => format!("{}\n\n{line}\n", text.trim_end()),
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_uses() {
        let module = |text: &str| with_module(text, "mod b;").unwrap();
        assert_eq!(module("//! Doc.\n\nuse x;\n"), "//! Doc.\n\nmod b;\n\nuse x;\n");
        assert_eq!(
            module("//! Doc.\n\nmod a;\npub mod c;\n\nfn f() {}\n"),
            "//! Doc.\n\nmod a;\npub mod c;\nmod b;\n\nfn f() {}\n"
        );
        assert_eq!(module("//! Doc.\n"), "//! Doc.\n\nmod b;\n");
        let used = |text: &str| with_use(text, "use z;").unwrap();
        assert_eq!(
            used("mod a;\nuse b::{c, d};\nfn f() {}\n"),
            "mod a;\nuse b::{c, d};\nuse z;\nfn f() {}\n"
        );
        assert_eq!(used("mod a;\n"), "mod a;\n\nuse z;\n");
        assert_eq!(with_module("mod {", "x"), None);
        for text in ["pub use a::T;", "pub use a::{S, T};", "mod a; pub use a::*;"] {
            assert!(reexports(text, "a", "T"), "{text}");
        }
        assert!(!reexports("pub use a::T::x; pub use b::T;", "a", "T"));
    }
}
