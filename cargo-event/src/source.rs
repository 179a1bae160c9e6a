//! Places in Rust sources: where something is, and where something may be put. Only read, never rewritten.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::ops::Range;

/// An event that a source declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) ty: String,
    /// It has the `sample` that scaffolded events have.
    pub(crate) sample: bool,
}

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

/// Where `.handle::<..>()` goes: behind the last one, or else behind `Service::new(..)` and what is set up after it.
///
/// `None` when there is no such expression, or more than one.
pub(crate) fn end_of_service(text: &str) -> Option<usize> {
    let mut found = Vec::new();
    services(&tokens(text)?, &mut found);
    match found[..] {
        [end] => Some(end),
        _ => None,
    }
}

fn services(tokens: &[TokenTree], found: &mut Vec<usize>) {
    let mut at = 0;
    while at < tokens.len() {
        if is_test(&tokens[at..]) {
            // `#[cfg(test)] mod tests { .. }`
            at += 5;
            continue;
        }
        if let TokenTree::Group(group) = &tokens[at] {
            services(&group.stream().into_iter().collect::<Vec<_>>(), found);
        }
        let rest = &tokens[at..];
        let is_service = ident(rest.first()).as_deref() == Some("Service")
            && is_punct(rest.get(1), ':')
            && ident(rest.get(3)).as_deref() == Some("new")
            && group(rest.get(4), Delimiter::Parenthesis).is_some();
        if is_service {
            found.push(chain(&rest[5..], range(&rest[4]).end));
        }
        at += 1;
    }
}

fn is_test(tokens: &[TokenTree]) -> bool {
    let attribute = is_punct(tokens.first(), '#')
        .then(|| group(tokens.get(1), Delimiter::Bracket))
        .flatten();
    attribute.is_some_and(|group| group.stream().to_string().replace(' ', "") == "cfg(test)")
        && ident(tokens.get(2)).as_deref() == Some("mod")
}

/// The end of the calls that set a service up.
fn chain(tokens: &[TokenTree], start: usize) -> usize {
    let (mut end, mut handle, mut at) = (start, None, 0);
    while is_punct(tokens.get(at), '.') {
        let Some(method) = ident(tokens.get(at + 1)) else { break };
        if ["main", "run", "start", "await"].contains(&method.as_str()) {
            break;
        }
        at += 2;
        // The type in `::<..>`.
        while at < tokens.len() && !matches!(tokens[at], TokenTree::Group(_)) {
            at += 1;
        }
        let Some(call) = group(tokens.get(at), Delimiter::Parenthesis) else {
            break;
        };
        end = call.span_close().byte_range().end;
        if method == "handle" {
            handle = Some(end);
        }
        at += 1;
    }
    handle.unwrap_or(end)
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

/// The next version of an event, and where it goes: behind the last item that belongs to the older one.
///
/// `None` unless the older one is a struct with named fields.
pub(crate) fn next_version(text: &str, older: &Declared, number: u32, ty: &str) -> Option<(usize, String)> {
    let tokens = tokens(text)?;
    let at = (0..tokens.len()).find(|at| {
        ident(tokens.get(*at)).as_deref() == Some("struct") && ident(tokens.get(at + 1)).as_deref() == Some(&older.ty)
    })?;
    let body = group(tokens.get(at + 2), Delimiter::Brace)?;
    // Attributes and visibility stand before it.
    let mut first = at;
    while first > 0 {
        first -= match &tokens[first - 1] {
            TokenTree::Ident(word) if word == "pub" => 1,
            TokenTree::Group(list) if list.delimiter() == Delimiter::Parenthesis => 1,
            TokenTree::Group(list)
                if list.delimiter() == Delimiter::Bracket
                    && is_punct(first.checked_sub(2).map(|at| &tokens[at]), '#') =>
            {
                2
            }
            _ => break,
        };
    }
    let start = range(&tokens[first]).start;
    let end = body.span_close().byte_range().end;
    let mut edits = vec![(range(&tokens[at + 1]), ty.to_owned())];
    for attribute in tokens[first..at]
        .iter()
        .filter_map(|token| group(Some(token), Delimiter::Bracket))
    {
        let inside: Vec<_> = attribute.stream().into_iter().collect();
        if let (Some("event"), Some(list)) = (
            ident(inside.first()).as_deref(),
            group(inside.get(1), Delimiter::Parenthesis),
        ) {
            edits.extend(version_edits(list, older, number)?);
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut copy = text[start..end].to_owned();
    for (range, new) in edits.into_iter().rev() {
        copy.replace_range(range.start - start..range.end - start, &new);
    }
    let moved: Vec<_> = fields(body).iter().map(|name| format!("{name}: old.{name}")).collect();
    let mut code = format!(
        "\n\n{copy}\n\nimpl From<{old}> for {ty} {{\n    fn from(old: {old}) -> Self {{\n        Self {{ {} }}\n    }}\n}}\n",
        moved.join(", "),
        old = older.ty,
    );
    if older.sample {
        code.push_str(&crate::template::fill(
            include_str!("../templates/upcast_test.rs.in"),
            &[("old", &older.ty), ("type", ty), ("version", &number.to_string())],
        ));
    }
    Some((end, code))
}

/// `version = 2, upcast_from = OrderPlaced` in place of what is there.
fn version_edits(list: &Group, older: &Declared, number: u32) -> Option<Vec<(Range<usize>, String)>> {
    let inside: Vec<_> = list.stream().into_iter().collect();
    let value = |option: &str| {
        let at = inside
            .iter()
            .position(|token| ident(Some(token)).as_deref() == Some(option))?;
        inside.get(at + 2)
    };
    let version = range(value("version")?);
    let upcast = format!("upcast_from = {}", older.ty);
    Some(match value("upcast_from") {
        Some(before) => vec![(version, number.to_string()), (range(before), older.ty.clone())],
        None => vec![(version, format!("{number}, {upcast}"))],
    })
}

/// The names of a struct's fields.
fn fields(body: &Group) -> Vec<String> {
    let tokens: Vec<_> = body.stream().into_iter().collect();
    let mut names = Vec::new();
    let (mut depth, mut in_type) = (0_usize, false);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Punct(punct) if in_type => match punct.as_char() {
                '<' => depth += 1,
                // The arrow of a function's type closes nothing.
                '>' if !is_punct(at.checked_sub(1).map(|at| &tokens[at]), '-') => depth = depth.saturating_sub(1),
                ',' if depth == 0 => in_type = false,
                _ => {}
            },
            TokenTree::Ident(name) if !in_type && is_punct(tokens.get(at + 1), ':') => {
                names.push(name.to_string());
                in_type = true;
            }
            _ => {}
        }
    }
    names
}

/// Whether a source declares a type of this name.
pub(crate) fn declares(text: &str, ty: &str) -> bool {
    let tokens = tokens(text).unwrap_or_default();
    tokens.windows(2).any(|two| {
        ident(two.first()).is_some_and(|word| word == "struct" || word == "enum" || word == "type")
            && ident(two.get(1)).as_deref() == Some(ty)
    })
}

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

/// `text` with `what` at a place.
pub(crate) fn put(text: &str, at: usize, what: &str) -> String {
    let (before, after) = text.split_at(at);
    format!("{before}{what}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handled(text: &str) -> String {
        put(text, end_of_service(text).unwrap(), "|")
    }

    #[test]
    fn handlers_go_behind_the_last_one() {
        for (text, at) in [
            ("fn f() { Service::new(\"a)\") }", "Service::new(\"a)\")| }"),
            (
                "fn f() { Service::new(n).state(g(1)).bus(\"b\").main().await }",
                ".bus(\"b\")|.main()",
            ),
            (
                "fn f() { Service::new(n).state(g).handle::<a::b>().handle::<With<T>>().grace(x).run().await }",
                "::<With<T>>()|.grace",
            ),
            (
                "fn f() -> X { Service::new(n) // .handle::<x>()\n .handle::<y>() }\n#[cfg(test)] mod tests { fn g() { Service::new(t) } }",
                ".handle::<y>()|",
            ),
        ] {
            assert!(handled(text).contains(at), "{}", handled(text));
        }
        for text in ["fn f() {}", "fn f( {", "fn f() { (Service::new(a), Service::new(b)) }"] {
            assert_eq!(end_of_service(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_are_bytes() {
        assert_eq!(
            handled("/* größer */ fn f() { Service::new(\"ü\") }"),
            "/* größer */ fn f() { Service::new(\"ü\")| }"
        );
    }

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

    #[test]
    fn the_next_version_is_a_copy() {
        let text = r#"
use x::Y;

/// Placed.
#[derive(Event)]
#[event(name = "order.placed", version = 1, owner = "a")]
pub struct OrderPlaced {
    /// A.
    #[event(key)]
    pub a: std::collections::BTreeMap<String, Vec<u8>>,
    b: fn(u8) -> u8, // b
    r#type: [u8; 3],
}

fn f() {}
"#;
        let older = events(text).remove(0);
        let (at, code) = next_version(text, &older, 2, "OrderPlacedV2").unwrap();
        let text = put(text, at, &code);
        for part in [
            "version = 2, upcast_from = OrderPlaced, owner",
            "/// Placed.\n#[derive(Event)]",
            "b: fn(u8) -> u8, // b",
            "impl From<OrderPlaced> for OrderPlacedV2 {",
            "Self { a: old.a, b: old.b, r#type: old.r#type }",
        ] {
            assert!(code.contains(part), "{part}\n{code}");
        }
        assert!(text.ends_with("}\n\n\nfn f() {}\n") && text.contains("version = 1, owner"));
        let newer = events(&text).remove(1);
        let (_, code) = next_version(&text, &newer, 3, "OrderPlacedV3").unwrap();
        assert!(
            code.contains("version = 3, upcast_from = OrderPlacedV2, owner"),
            "{code}"
        );
        assert!(next_version("struct OrderPlaced(u8);", &older, 2, "X").is_none());
    }

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
