//! The Rust of a view: what a handler reads of an event that is declared elsewhere.
//!
//! It reads everything that the contract says is written, and the reader of the file takes out what is not needed.
//! Sensitive fields are left out: whoever needs one adds it knowingly.

mod choice;

use crate::name;
use choice::catches;
use event_contract::{Committed, Object, Shape, Written};
use std::fmt::Write as _;

/// The declarations of a view and of the types inside it.
#[derive(Debug)]
pub(crate) struct View {
    /// All of them, the view first.
    pub(crate) text: String,
    /// Fields that are not in it, and why.
    pub(crate) left_out: Vec<String>,
}

#[derive(Default)]
struct Writer {
    /// The types inside, by name; those that are being written have no text yet.
    types: Vec<(String, String)>,
    left_out: Vec<String>,
}

const DERIVES: &str = "#[derive(Debug, Clone, PartialEq, Deserialize, Schema)]";

/// A view `ty` of `committed` and of `versions`.
pub(crate) fn view(ty: &str, committed: &Committed, versions: &[u32]) -> View {
    let mut writer = Writer::default();
    // Nothing inside may have the name of the view itself.
    writer.types.push((ty.to_owned(), String::new()));
    let fields = writer.fields(committed.data, "", "pub ");
    let list: Vec<_> = versions.iter().map(ToString::to_string).collect();
    let mut text = format!(
        "/// What is read of `{event}`. Remove what is not needed: then the producer is free to remove it, too.\n\
         #[derive(Debug, Clone, PartialEq, Deserialize, View)]\n\
         #[view(event = \"{event}\", versions = [{list}])]\n\
         pub struct {ty} {{\n{fields}}}\n",
        event = committed.event,
        list = list.join(", "),
    );
    for (_, inner) in writer.types.iter().skip(1) {
        // Without the shape, which is for us.
        let (_, inner) = inner.split_once('\n').unwrap_or_default();
        _ = write!(text, "\n{inner}");
    }
    View {
        text,
        left_out: writer.left_out,
    }
}

impl Writer {
    fn fields(&mut self, object: &Object, at: &str, visibility: &str) -> String {
        let mut fields: Vec<_> = object
            .fields
            .iter()
            .filter(|field| field.written != Written::Never)
            .collect();
        fields.sort_by_key(|field| field.name);
        let mut text = String::new();
        for field in fields {
            let path = format!("{at}{}", field.name);
            if field.sensitive {
                self.left_out.push(format!("`{path}` is sensitive"));
                continue;
            }
            let ty = match self.rust(&field.shape, &path) {
                Ok(ty) => ty,
                Err(why) => {
                    self.left_out.push(format!("`{path}` {why}"));
                    continue;
                }
            };
            let ty = match (field.written, field.null, field.shape) {
                (_, _, Shape::Optional(_) | Shape::Nullable(_)) => ty,
                (Written::Always, false, _) => ty,
                _ => format!("Option<{ty}>"),
            };
            let (ident, renamed) = ident(field.name);
            let also = field.writes.iter().filter(|name| **name != field.name);
            if visibility == "pub " {
                _ = writeln!(text, "    /// `{path}`.");
            }
            if renamed {
                _ = writeln!(text, "    #[serde(rename = {:?})]", field.name);
            }
            also.for_each(|name| _ = writeln!(text, "    #[serde(alias = {name:?})]"));
            _ = writeln!(text, "    {visibility}{ident}: {ty},");
        }
        text
    }

    /// The type that reads a shape, or why there is none.
    fn rust(&mut self, shape: &Shape, path: &str) -> Result<String, &'static str> {
        Ok(match *shape {
            Shape::Any => return Err("may be any JSON"),
            Shape::Choice(choice) if choice.open && !catches(choice) => {
                return Err("may get variants that nothing catches");
            }
            Shape::Null => "()".to_owned(),
            Shape::Bool => "bool".to_owned(),
            // A number that is never zero is a number.
            Shape::Integer(integer) => integer.name().trim_start_matches("nonzero-").to_owned(),
            Shape::Float(float) => float.name().to_owned(),
            Shape::Char => "char".to_owned(),
            Shape::Text("uuid") => "Uuid".to_owned(),
            // Every text is a string; a type of its own is the reader's choice.
            Shape::Text(_) => "String".to_owned(),
            Shape::Optional(inner) | Shape::Nullable(inner) => format!("Option<{}>", self.rust(inner, path)?),
            Shape::List(item) | Shape::Set(item) => format!("Vec<{}>", self.rust(item, path)?),
            Shape::Array(item, length) => format!("[{}; {length}]", self.rust(item, path)?),
            Shape::Tuple(parts) => {
                let parts: Result<Vec<_>, _> = parts.iter().map(|part| self.rust(part, path)).collect();
                format!("({},)", parts?.join(", "))
            }
            Shape::Map(key, value) => {
                let key = if matches!(key, Shape::Integer(_)) {
                    self.rust(key, path)?
                } else {
                    "String".to_owned()
                };
                format!("std::collections::BTreeMap<{key}, {}>", self.rust(value, path)?)
            }
            Shape::Object(object) => {
                let path = format!("{path}.");
                self.declare(object.name, shape, |writer, name| {
                    let fields = writer.fields(object, &path, "pub ");
                    format!(
                        "/// In the event: `{}`.\n{DERIVES}\npub struct {name} {{\n{fields}}}\n",
                        path.trim_end_matches('.')
                    )
                })
            }
            Shape::Choice(choice) => self.declare(choice.name, shape, |writer, name| writer.choice(choice, name, path)),
        })
    }

    /// The name of the type of a shape, which is declared once.
    fn declare(&mut self, wanted: &str, shape: &Shape, text: impl FnOnce(&mut Self, &str) -> String) -> String {
        // Another type of that name may be there; the shape tells them apart.
        let mark = format!("// {shape:?}");
        let base = name::type_name(wanted);
        let mut number = 1;
        loop {
            let candidate = if number == 1 {
                base.clone()
            } else {
                format!("{base}{number}")
            };
            match self.types.iter().find(|(name, _)| *name == candidate) {
                Some((_, text)) if text.starts_with(&mark) => return candidate,
                Some(_) => number += 1,
                None => {
                    let at = self.types.len();
                    self.types.push((candidate.clone(), mark.clone()));
                    let text = text(self, &candidate);
                    self.types[at].1 = format!("{mark}\n{text}");
                    return candidate;
                }
            }
        }
    }
}

/// A field's name in Rust, and whether it is another one than on the wire.
fn ident(name: &str) -> (String, bool) {
    let mut ident = String::new();
    for c in name.chars() {
        match c {
            'a'..='z' | '0'..='9' | '_' => ident.push(c),
            'A'..='Z' => {
                if !ident.is_empty() && !ident.ends_with('_') {
                    ident.push('_');
                }
                ident.push(c.to_ascii_lowercase());
            }
            _ => ident.push('_'),
        }
    }
    if ident.is_empty() || ident.starts_with(|c: char| c.is_ascii_digit()) {
        ident.insert(0, '_');
    }
    if name::is_keyword(&ident) {
        ident.push('_');
    }
    let renamed = ident != name;
    (ident, renamed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_contract::file;

    const FILE: &str = r#"
format = 1
event = "order.placed"
version = 2
status = "live"
sensitive = ["email"]

[data]

[data.fields]
anything = "any"
channel = "Channel = default"
email = "string"
lines = "[Line]"
note = "string?"
order_id = "uuid"
payment = "Payment"
type = "string"
totalCents = "i64"

[types.Channel]
kind = "enum"

[types.Channel.names]
store = "Store"
web = "Web"

[types.Line]
kind = "object"

[types.Line.fields]
qty = "nonzero-u32"
sku = "string"

[types.Payment]
kind = "union"
tag = "method"

[types.Payment.variants.card]
last4 = "string"
"#;

    #[test]
    fn every_kind_of_field() {
        let committed = file::parse(FILE).unwrap();
        let view = view("OrderPlaced", &committed, &[1, 2]);
        for part in [
            "#[view(event = \"order.placed\", versions = [1, 2])]\npub struct OrderPlaced {",
            "pub channel: Option<Channel>,",
            "pub lines: Vec<Line>,",
            "pub note: Option<String>,",
            "pub order_id: Uuid,",
            "#[serde(rename = \"type\")]\n    pub type_: String,",
            "#[serde(rename = \"totalCents\")]\n    pub total_cents: i64,",
            "pub qty: u32,",
            "#[serde(rename = \"store\")]\n    Store,",
            "#[serde(tag = \"method\")]\npub enum Payment {",
            "#[serde(rename = \"card\")]\n    Card {\n    last4: String,\n},",
            "#[serde(other)]\n    Other,",
        ] {
            assert!(view.text.contains(part), "{part}\n{}", view.text);
        }
        assert_eq!(view.left_out, ["`anything` may be any JSON", "`email` is sensitive"]);
    }

    #[test]
    fn names_that_rust_takes() {
        for (name, rust) in [
            ("a", "a"),
            ("placedAt", "placed_at"),
            ("2nd", "_2nd"),
            ("match", "match_"),
            ("a-b", "a_b"),
        ] {
            assert_eq!(ident(name).0, rust);
        }
    }
}
