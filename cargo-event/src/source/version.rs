use super::{Declared, group, ident, is_punct, range, tokens};
use proc_macro2::{Delimiter, Group, TokenTree};
use std::ops::Range;

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
            include_str!("../../templates/upcast_test.rs.in"),
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

#[cfg(test)]
mod tests {
    use super::super::{events, put};
    use super::*;

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
}
