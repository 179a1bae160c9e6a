//! What two bodies have in common, and what not.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The differences of two bodies, one line each; what is shown of them comes from their redacted forms.
pub(super) fn diff(old: (&Value, &Value), new: (&Value, &Value)) -> Vec<String> {
    let (was, is) = (leaves(old.0), leaves(new.0));
    let paths: BTreeSet<_> = was.keys().chain(is.keys()).collect();
    let mut lines = Vec::new();
    for path in paths {
        if was.get(path) == is.get(path) {
            continue;
        }
        for (sign, there, shown) in [
            ('-', was.contains_key(path), old.1),
            ('+', is.contains_key(path), new.1),
        ] {
            if there {
                lines.push(format!("{sign} {}: {}", path.join("."), at(shown, path)));
            }
        }
    }
    lines
}

/// What is at a path, or at the part of it that is shown.
fn at<'a>(value: &'a Value, path: &[String]) -> &'a Value {
    let mut found = value;
    for step in path {
        match child(found, step) {
            Some(next) => found = next,
            None => break,
        }
    }
    found
}

fn child<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => fields.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}

fn leaves(value: &Value) -> BTreeMap<Vec<String>, &Value> {
    let mut found = BTreeMap::new();
    walk(value, &mut Vec::new(), &mut found);
    found
}

fn walk<'a>(value: &'a Value, path: &mut Vec<String>, found: &mut BTreeMap<Vec<String>, &'a Value>) {
    let mut inside = |step: String, value: &'a Value| {
        path.push(step);
        walk(value, path, found);
        path.pop();
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(name, value)| inside(name.clone(), value));
        }
        Value::Array(items) if !items.is_empty() => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, value)| inside(at.to_string(), value));
        }
        leaf => drop(found.insert(path.clone(), leaf)),
    }
}

/// Puts `new` at a path such as `lines.0.amount`; a field that is not there is added to its object.
///
/// # Errors
///
/// There is no such place.
pub(super) fn set(value: &mut Value, path: &str, new: Value) -> Result<(), String> {
    let (parent, last) = path
        .rsplit_once('.')
        .map_or(("", path), |(parent, last)| (parent, last));
    let mut at = value;
    for step in parent.split('.').filter(|step| !step.is_empty()) {
        let next = match at {
            Value::Object(fields) => fields.get_mut(step),
            Value::Array(items) => step.parse::<usize>().ok().and_then(|place| items.get_mut(place)),
            _ => None,
        };
        at = next.ok_or_else(|| format!("`{path}`: there is no `{step}`"))?;
    }
    match at {
        Value::Object(fields) => drop(fields.insert(last.to_owned(), new)),
        Value::Array(items) => {
            let place = last.parse::<usize>().ok().and_then(|place| items.get_mut(place));
            *place.ok_or_else(|| format!("`{path}`: the list has no item `{last}`"))? = new;
        }
        _ => return Err(format!("`{path}`: what should hold `{last}` is no object")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_hidden_stays_hidden() {
        let old = json!({"order": 1, "card": {"number": "4111"}, "lines": [{"amount": 1}, {"amount": 2}]});
        let mut new = old.clone();
        set(&mut new, "lines.1.amount", json!(3)).expect("a place");
        set(&mut new, "card.number", json!("4222")).expect("a place");
        set(&mut new, "note", json!("new")).expect("a place");
        let hidden = |value: &Value| {
            let mut value = value.clone();
            value["card"] = json!("[redacted]");
            value
        };
        let lines = diff((&old, &hidden(&old)), (&new, &hidden(&new)));
        assert_eq!(
            lines,
            [
                "- card.number: \"[redacted]\"",
                "+ card.number: \"[redacted]\"",
                "- lines.1.amount: 2",
                "+ lines.1.amount: 3",
                "+ note: \"new\""
            ]
        );
        for wrong in ["lines.7.amount", "lines.x", "order.more", "nothing.here", "lines.2"] {
            assert!(set(&mut new, wrong, json!(1)).is_err(), "{wrong}");
        }
    }
}
