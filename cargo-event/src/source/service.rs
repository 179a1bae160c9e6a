use super::{group, ident, is_punct, range, tokens};
use proc_macro2::{Delimiter, TokenTree};

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

#[cfg(test)]
mod tests {
    use super::super::put;
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
}
