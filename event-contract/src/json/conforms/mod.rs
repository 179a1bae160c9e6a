//! Walks a value and its shape side by side.

mod choice;

use super::{Mismatch, form, reads, writes};
use crate::{Absent, Float, Integer, Object, Shape, ShapeField as Field, Unknown, Written};
use serde_json::{Map, Value};
use std::fmt::Display;

/// Whether a value is one that the shape writes.
///
/// Unknown keys are passed over unless the object refuses them, because another producer may be a version ahead.
///
/// # Errors
///
/// Everything that is wrong, in the order of the shape.
pub fn conforms(shape: &Shape, value: &Value) -> Result<(), Vec<Mismatch>> {
    judge(Side::Written, shape, value)
}

/// Whether a value is one that the shape reads, as serde's derives and serde_json do.
///
/// An object that is written as a list of its fields is refused, though serde reads it: the order is not in the shape.
///
/// # Errors
///
/// Everything that is wrong, in the order of the shape; serde stops at the first.
pub fn accepts(shape: &Shape, value: &Value) -> Result<(), Vec<Mismatch>> {
    judge(Side::Read, shape, value)
}

fn judge(side: Side, shape: &Shape, value: &Value) -> Result<(), Vec<Mismatch>> {
    let mut judge = Judge {
        side,
        path: String::new(),
        found: Vec::new(),
    };
    judge.value(shape, value);
    if judge.found.is_empty() {
        Ok(())
    } else {
        Err(judge.found)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Written,
    Read,
}

struct Judge {
    side: Side,
    path: String,
    found: Vec<Mismatch>,
}

impl Judge {
    fn wrong(&mut self, message: impl Into<String>) {
        self.found.push(Mismatch {
            path: self.path.clone(),
            message: message.into(),
        });
    }

    fn other(&mut self, value: &Value, wanted: impl Display) {
        self.wrong(format!("is {}, not {wanted}", kind(value)));
    }

    /// Goes one step down for `inside`.
    fn at(&mut self, step: &str, inside: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        inside(self);
        self.path.truncate(length);
    }

    fn value(&mut self, shape: &Shape, value: &Value) {
        match (shape, value) {
            (Shape::Any, _)
            | (Shape::Null | Shape::Optional(_) | Shape::Nullable(_), Value::Null)
            | (Shape::Bool, Value::Bool(_)) => {}
            (Shape::Optional(inner) | Shape::Nullable(inner), value) => self.value(inner, value),
            (Shape::Integer(integer), Value::Number(_)) => self.integer(*integer, value),
            (Shape::Float(float), Value::Number(_)) => self.float(*float, value),
            (Shape::Char, Value::String(text)) if one_char(text) => {}
            (Shape::Text(form), Value::String(text)) => self.text(form, text),
            (Shape::Text("decimal"), Value::Number(_)) if self.side == Side::Read => {}
            (Shape::List(item), Value::Array(items)) => self.items(items, |_| item),
            (Shape::Set(item), Value::Array(items)) => {
                if self.side == Side::Written && (1..items.len()).any(|at| items[..at].contains(&items[at])) {
                    self.wrong("is a set with something in it twice");
                }
                self.items(items, |_| item);
            }
            (Shape::Array(item, length), Value::Array(items)) if items.len() == *length => self.items(items, |_| item),
            (Shape::Tuple(parts), Value::Array(items)) if items.len() == parts.len() => {
                self.items(items, |at| &parts[at]);
            }
            (Shape::Array(..) | Shape::Tuple(_), Value::Array(items)) => {
                self.wrong(format!("has {} parts, not those of {shape}", items.len()));
            }
            (Shape::Map(key, inner), Value::Object(entries)) => self.entries(key, inner, entries),
            (Shape::Object(object), Value::Object(entries)) => self.object(object, entries),
            (Shape::Choice(choice), value) => self.choice(choice, value),
            (shape, value) => self.other(value, shape),
        }
    }

    fn items<'shape>(&mut self, items: &[Value], shape: impl Fn(usize) -> &'shape Shape) {
        for (at, item) in items.iter().enumerate() {
            self.at(&format!("[{at}]"), |judge| judge.value(shape(at), item));
        }
    }

    fn integer(&mut self, integer: Integer, value: &Value) {
        let number = match (value.as_u64(), value.as_i64()) {
            (Some(number), _) => i128::from(number),
            (None, Some(number)) => i128::from(number),
            // A `Value` holds what is larger than 64 bits as a float.
            (None, None) if is_large(integer, value) => return,
            (None, None) => return self.other(value, integer.name()),
        };
        if !in_range(integer, number) {
            self.wrong(format!("{number} is not in the range of {}", integer.name()));
        }
    }

    fn float(&mut self, float: Float, value: &Value) {
        let number = value.as_f64().unwrap_or(f64::INFINITY);
        if self.side == Side::Written && float == Float::F32 && number.abs() > f64::from(f32::MAX) {
            self.wrong(format!("{number} is not in the range of f32"));
        }
    }

    fn text(&mut self, name: &str, text: &str) {
        let Some(form) = form::form(name) else { return };
        let also_read = self.side == Side::Read && form.also_reads(text);
        if !(form.is)(text) && !also_read {
            self.wrong(format!("is a text, but not a {name}"));
        }
    }

    fn entries(&mut self, key: &Shape, inner: &Shape, entries: &Map<String, Value>) {
        for (name, value) in entries {
            self.at(name, |judge| {
                judge.key(key, name);
                judge.value(inner, value);
            });
        }
    }

    /// Keys are texts: numbers and the like are written in quotes.
    fn key(&mut self, shape: &Shape, name: &str) {
        let fits = match shape {
            Shape::Text(form) => return self.text(form, name),
            Shape::Any => true,
            Shape::Char => one_char(name),
            Shape::Bool => matches!(name, "true" | "false"),
            Shape::Integer(integer) => name.parse().is_ok_and(|number| in_range(*integer, number)),
            Shape::Float(_) => name.parse::<f64>().is_ok_and(f64::is_finite),
            Shape::Choice(choice) if choice.is_plain() => return self.choice(choice, &name.into()),
            _ => false,
        };
        if !fits {
            self.wrong(format!("is a key, but not a {shape}"));
        }
    }

    fn object(&mut self, object: &Object, entries: &Map<String, Value>) {
        for field in object.fields {
            self.field(field, entries);
        }
        if object.unknown == Unknown::Refused {
            let known = |name: &String| {
                object
                    .fields
                    .iter()
                    .any(|field| self.names(field).contains(&name.as_str()))
            };
            let unknown: Vec<_> = entries.keys().filter(|name| !known(name)).cloned().collect();
            for name in unknown {
                self.at(&name, |judge| judge.wrong("is no field, and others are refused"));
            }
        }
    }

    /// The names that a field has on this side.
    fn names(&self, field: &'static Field) -> &'static [&'static str] {
        match self.side {
            Side::Written if field.written == Written::Never => &[],
            Side::Written => writes(field),
            Side::Read if field.absent == Absent::Ignored => &[],
            Side::Read => reads(field),
        }
    }

    fn field(&mut self, field: &'static Field, entries: &Map<String, Value>) {
        let mut there = self
            .names(field)
            .iter()
            .filter_map(|name| Some((*name, entries.get(*name)?)));
        let Some((name, value)) = there.next() else {
            let missing = match self.side {
                Side::Written => field.written == Written::Always,
                Side::Read => field.absent == Absent::Refused,
            };
            if missing {
                self.at(field.name, |judge| judge.wrong("is missing"));
            }
            return;
        };
        let again = there.next();
        self.at(name, |judge| {
            if let Some((other, _)) = again {
                judge.wrong(format!("is there as `{other}` as well"));
            }
            let optional = matches!(field.shape, Shape::Optional(_) | Shape::Nullable(_));
            if judge.side == Side::Written && optional && value.is_null() && !field.null {
                judge.wrong("is null, which is not written");
            } else {
                judge.value(&field.shape, value);
            }
        });
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn is_large(integer: Integer, value: &Value) -> bool {
    const LARGE: f64 = 9_223_372_036_854_775_807.0;
    let number = value.as_f64().unwrap_or_default();
    match integer {
        Integer::I128 => number.abs() >= LARGE,
        Integer::U128 => number >= LARGE,
        _ => false,
    }
}

fn in_range(integer: Integer, number: i128) -> bool {
    let (least, most) = integer.range();
    number >= least && u128::try_from(number).map_or(true, |number| number <= most)
}

fn one_char(text: &str) -> bool {
    text.chars().nth(1).is_none() && !text.is_empty()
}
