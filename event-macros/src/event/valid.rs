use super::ast::Event;
use crate::contracts::{Files, Folder};
use crate::ctxt::Ctxt;
use crate::shape::{Field, check_container, check_fields};
use crate::symbol::EVENT;
use crate::value::Written;
use event_contract::{MAX_NAME, NameError, check_event_name};
use syn::{LitInt, LitStr};

/// What a valid event has in any case.
pub(crate) struct Facts<'a> {
    pub(crate) name: &'a LitStr,
    pub(crate) version: &'a Written<u32, LitInt>,
    pub(crate) owner: &'a LitStr,
}

pub(crate) fn check<'a>(cx: &Ctxt, event: &'a Event<'_>) -> Option<(Facts<'a>, Files)> {
    check_generics(cx, event);
    check_required(cx, event);
    check_name(cx, event);
    check_source(cx, event);
    check_unrouted(cx, event);
    check_single(cx, event, "key", |field| field.marks.key.as_ref());
    check_single(cx, event, "sequence", |field| field.marks.sequence.as_ref());
    check_key(cx, event);
    check_written(cx, event);
    check_shape(cx, event);
    let facts = Facts {
        name: event.attrs.name.get()?,
        version: event.attrs.version.get()?,
        owner: event.attrs.owner.get()?,
    };
    let files = contracts(cx, &facts)?;
    Some((facts, files))
}

/// What is written down about the event.
fn contracts(cx: &Ctxt, facts: &Facts<'_>) -> Option<Files> {
    let name = facts.name.value();
    // A name that is none has been reported, and could be a path to anywhere.
    check_event_name(&name).ok()?;
    let Some(folder) = Folder::find() else {
        return Some(Files::default());
    };
    match Files::read(&folder, &name, facts.version.value) {
        Ok(files) => Some(files),
        Err(problem) => {
            cx.error(facts.name, problem.0);
            None
        }
    }
}

// One name and version is one shape on the wire; a parameter would make it many.
fn check_generics(cx: &Ctxt, event: &Event<'_>) {
    let generics = &event.original.generics;
    if !generics.params.is_empty() {
        let ident = event.ident();
        cx.error(
            generics,
            format_args!("an event has one shape, so `{ident}` cannot be generic; write one struct per event"),
        );
    }
}

// Who, what and which: without them nobody can route it, evolve it or answer for it.
fn check_required(cx: &Ctxt, event: &Event<'_>) {
    let attrs = &event.attrs;
    if !attrs.complete {
        return;
    }
    let (name, version) = guess(&event.ident().to_string());
    let required = [
        (attrs.name.is_given(), "name", format!("name = \"{name}\"")),
        (attrs.version.is_given(), "version", format!("version = {version}")),
        (attrs.owner.is_given(), "owner", "owner = \"your-team\"".to_owned()),
    ];
    let missing: Vec<_> = required.iter().filter(|(given, ..)| !given).collect();
    let examples = missing
        .iter()
        .map(|(.., example)| example.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let message = match missing[..] {
        [] => return,
        [_, _, _] => format!("say which event this is: `#[event({examples})]`"),
        _ => {
            let words: Vec<_> = missing.iter().map(|(_, word, _)| format!("`{word}`")).collect();
            format!("the event lacks its {}; add `{examples}`", words.join(" and "))
        }
    };
    match event.original.attrs.iter().find(|attr| attr.path().is_ident("event")) {
        Some(attr) => cx.error(&attr.meta, message),
        None => cx.error(event.ident(), message),
    }
}

/// `OrderPlacedV2` is probably `order.placed`, version 2.
fn guess(ident: &str) -> (String, u32) {
    let (ident, version) = match ident.rsplit_once('V') {
        Some((name, digits)) if !name.is_empty() => digits.parse().map_or((ident, 1), |version| (name, version)),
        _ => (ident, 1),
    };
    let mut name = String::new();
    for (at, letter) in ident.trim_end_matches("Event").char_indices() {
        if letter.is_uppercase() && at > 0 {
            name.push('.');
        }
        name.extend(letter.to_lowercase());
    }
    (name, version)
}

// A routing key is built from the name, so only lower-case words joined by dots can be bound.
fn check_name(cx: &Ctxt, event: &Event<'_>) {
    let Some(name) = event.attrs.name.get() else { return };
    let Err(error) = check_event_name(&name.value()) else {
        return;
    };
    match error {
        NameError::TooLong => cx.error(name, format_args!("the name is longer than {MAX_NAME} bytes")),
        NameError::LooksLikeVersion => cx.error(name, error),
        _ => match near(&name.value()) {
            Some(near) => cx.error(name, format_args!("{error}: `{near}`")),
            None => cx.error(name, format_args!("{error}; an event's name looks like `order.placed`")),
        },
    }
}

/// `Order-Placed` was probably meant to be `order.placed`.
fn near(name: &str) -> Option<String> {
    let mut near = String::new();
    let mut after_letter = false;
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            if letter.is_ascii_uppercase() && after_letter {
                near.push('.');
            }
            near.push(letter.to_ascii_lowercase());
        } else if !near.is_empty() && !near.ends_with('.') {
            near.push('.');
        }
        after_letter = letter.is_ascii_lowercase();
    }
    let near = near.trim_end_matches('.');
    check_event_name(near).is_ok().then(|| near.to_owned())
}

// A CloudEvents source is a URI reference, and it travels as a header.
fn check_source(cx: &Ctxt, event: &Event<'_>) {
    let Some(source) = event.attrs.source.get() else { return };
    if source
        .value()
        .contains(|character: char| character.is_whitespace() || character.is_control())
    {
        cx.error(
            source,
            "`source` is a URI, which has no spaces: `source = \"https://shop.example/checkout\"`",
        );
    }
}

// Losing events that nobody takes is never a default, and there is one alternative.
fn check_unrouted(cx: &Ctxt, event: &Event<'_>) {
    let Some(unrouted) = event.attrs.unrouted.get() else {
        return;
    };
    if unrouted.value() != "keep" {
        cx.error(
            unrouted,
            "`unrouted` can only be \"keep\": the event waits in the bus's `unrouted` queue; \
             without it the publisher gets an error",
        );
    }
}

// Two keys would be two orders.
fn check_single<'a>(
    cx: &Ctxt,
    event: &'a Event<'_>,
    word: &str,
    get: impl Fn(&'a Field<'a>) -> Option<&'a syn::Ident>,
) {
    let mut marked = event.fields().iter().filter(|field| get(field).is_some());
    let Some(first) = marked.next() else { return };
    for second in marked {
        let first = &first.original.ident;
        let first = first.as_ref().map(ToString::to_string).unwrap_or_default();
        cx.error(
            get(second),
            format_args!("the event has a `{word}` already, `{first}`; keep one of them"),
        );
    }
}

// The key travels outside the body: in the subject, in logs and in the names of lanes.
fn check_key(cx: &Ctxt, event: &Event<'_>) {
    for field in event.fields() {
        if let (Some(_), Some(sensitive)) = (&field.marks.key, &field.marks.sensitive) {
            cx.error(
                sensitive,
                "a key is shown in headers and logs, so it cannot be `sensitive`; use an id as the key",
            );
        }
    }
}

// Consumers order and compare by what the contract names.
fn check_written(cx: &Ctxt, event: &Event<'_>) {
    for field in event.fields() {
        for word in [&field.marks.key, &field.marks.sequence].into_iter().flatten() {
            if field.serde.skip_serializing {
                cx.error(
                    word,
                    format_args!("serde leaves this field out, so it cannot be the `{word}`; remove one of the two"),
                );
            } else if field.serde.flatten.is_some() {
                cx.error(
                    word,
                    format_args!("a flattened field has no name on the wire, so it cannot be the `{word}`"),
                );
            }
        }
    }
}

// Consumers elsewhere read what the fields say.
fn check_shape(cx: &Ctxt, event: &Event<'_>) {
    let serde = &event.serde;
    check_container(
        cx,
        serde,
        "an event says it with its own fields; move the conversion into the type of a field",
    );
    if let Some((word, _)) = &serde.tag {
        cx.error(
            word,
            "an event's name travels beside the body, in `type`; remove the tag",
        );
    }
    if let (true, Some(field)) = (serde.transparent, event.fields().first()) {
        cx.error(
            field.original,
            "a transparent struct has no fields on the wire, and an event says everything with its fields; remove \
             `#[serde(transparent)]`",
        );
    }
    check_fields(cx, &event.fields, event.ident(), &event.original.generics, EVENT);
}

#[cfg(test)]
mod tests {
    use super::{guess, near};

    #[test]
    fn guesses() {
        for (ident, name, version) in [
            ("OrderPlaced", "order.placed", 1),
            ("OrderPlacedV2", "order.placed", 2),
            ("Paid", "paid", 1),
            ("V2", "v2", 1),
            ("OrderPlacedEvent", "order.placed", 1),
        ] {
            assert_eq!(guess(ident), (name.to_owned(), version));
        }
        for (name, meant) in [
            ("Order.Placed", Some("order.placed")),
            ("OrderPlaced", Some("order.placed")),
            ("order-placed", Some("order.placed")),
            ("order..placed.", Some("order.placed")),
            ("Order_Placed", Some("order_placed")),
            ("order.2nd", None),
            ("", None),
        ] {
            assert_eq!(near(name).as_deref(), meant, "{name}");
        }
    }
}
