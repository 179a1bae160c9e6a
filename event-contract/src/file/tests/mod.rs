mod accepting;
mod example;
mod fuzz;
mod mistakes;
mod model;
mod random;
mod roundtrip;
mod wire;

pub(in crate::file) use random::Random;

use super::grammar::leak;
use crate::shape::Field;
use crate::{Committed, Object, Shape, Variant};

/// The example of `docs/`: most of what a file can hold.
pub(in crate::file) const ORDER_PLACED: &str = r#"# Event contract. Written by `contract accept`; review it like code. Lists are sorted; one fact per line.
format = 1
event = "order.placed"
version = 2
type = "com.example.order.placed.v2"
status = "live"
upcast_from = [1]

[data]
unknown_fields = "ignored"

[data.fields]
channel = "Channel = default"
customer_id = "uuid"
lines = "[Line]"
note = "string?"
payment = "Payment"
placed_at = "date-time"
tags = "{string: string} = default"
total_cents = "i64"

[types.Channel]
kind = "enum"
open = true

[types.Channel.names]
store = "Store"
web = "Web"

[types.Line]
kind = "object"

[types.Line.fields]
qty = "u32"
sku = "string"

[types.Payment]
kind = "union"
tag = "method"

[types.Payment.variants.card]
last4 = "string"

[types.Payment.variants.transfer]
iban = "string"
reference = "string?"

[reserved]
fields = ["discount"]
"#;

/// The same contract with all names of Rust types gone, and lists of names in order: what a file keeps.
pub(in crate::file) fn form(contract: &Committed) -> Committed {
    let mut reserved = contract.reserved.to_vec();
    reserved.sort_unstable();
    reserved.dedup();
    let mut allowed = contract.allowed.to_vec();
    allowed.sort_by_key(|allowed| format!("{} {}", allowed.rule, allowed.path));
    let mut upcast_from = contract.upcast_from.to_vec();
    upcast_from.sort_unstable();
    Committed {
        data: object(contract.data),
        reserved: reserved.leak(),
        allowed: allowed.leak(),
        upcast_from: upcast_from.leak(),
        ..*contract
    }
}

pub(in crate::file) fn object(whole: &Object) -> &'static Object {
    let field = |field: &Field| Field {
        shape: shape(&field.shape),
        writes: names(field.writes),
        reads: names(field.reads),
        ..*field
    };
    let fields = whole.fields.iter().map(field).collect::<Vec<_>>();
    leak(Object::new("", fields.leak()).with_unknown(whole.unknown))
}

fn shape(whole: &Shape) -> Shape {
    match *whole {
        Shape::Optional(inner) => Shape::Optional(leak(shape(inner))),
        Shape::Nullable(inner) => Shape::Nullable(leak(shape(inner))),
        Shape::List(item) => Shape::List(leak(shape(item))),
        Shape::Set(item) => Shape::Set(leak(shape(item))),
        Shape::Array(item, length) => Shape::Array(leak(shape(item)), length),
        Shape::Map(key, value) => Shape::Map(leak(shape(key)), leak(shape(value))),
        Shape::Tuple(parts) => Shape::Tuple(parts.iter().map(shape).collect::<Vec<_>>().leak()),
        Shape::Object(whole) => Shape::Object(object(whole)),
        Shape::Choice(choice) => {
            let variant = |variant: &Variant| Variant {
                content: variant.content.as_ref().map(shape),
                reads: names(variant.reads),
                ..*variant
            };
            let variants = choice.variants.iter().map(variant).collect::<Vec<_>>();
            let mut choice = choice.with_variants(variants.leak());
            choice.name = "";
            Shape::Choice(leak(choice))
        }
        other => other,
    }
}

fn names(names: &[&'static str]) -> &'static [&'static str] {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.leak()
}
