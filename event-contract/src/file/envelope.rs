//! The envelope of a contract and a type that is compatible with it: the widest writer and the strictest reader.
//!
//! What both sides read, the envelope reads; what either side writes, the envelope writes. So a reader that was loosened
//! later does not let a writer use the freedom while readers from before are still running.

use super::entering;
use super::grammar::leak;
use crate::shape::Field;
use crate::{Absent, Object, Shape, Unknown, Written};

/// What was found while two forms were put together.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    /// The places of what is new.
    pub(super) added: Vec<String>,
    /// The places whose name is taken for good, those that were before included.
    pub(super) reserved: Vec<String>,
    /// Types of the struct, and how the contract has them.
    known: Vec<(Shape, Shape)>,
    path: String,
    /// How much of the path is the object that the walk is in.
    object_at: usize,
}

impl Envelope {
    /// Puts the two together, and says so where a type is met again in a new place.
    pub(super) fn of(old: &Object, new: &Object, reserved: &[&str]) -> (&'static Object, Self) {
        let mut first = Self {
            reserved: reserved.iter().map(|&place| place.to_owned()).collect(),
            ..Self::default()
        };
        first.object(old, new);
        // A type that the contract has in one place is the same in a new place, so that it keeps one table.
        let mut second = Self {
            known: first.known,
            reserved: first.reserved,
            ..Self::default()
        };
        let data = second.object(old, new);
        for places in [&mut second.added, &mut second.reserved] {
            places.sort();
            places.dedup();
        }
        (data, second)
    }

    fn object(&mut self, old: &Object, new: &Object) -> &'static Object {
        let outer = std::mem::replace(&mut self.object_at, self.path.len());
        let mut fields: Vec<Field> = Vec::new();
        for field in old.fields {
            match counterpart(field, old, new) {
                Some(own) => fields.push(self.at(field.name, |this| this.field(field, own))),
                // Gone, which the contract allows.
                None => self.at(field.name, Self::reserve),
            }
        }
        for own in new.fields {
            let is_old = |field: &Field| counterpart(field, old, new).is_some_and(|found| found.name == own.name);
            if !old.fields.iter().any(is_old) {
                fields.push(self.at(own.name, |this| this.new_field(own)));
            }
        }
        self.object_at = outer;
        fields.sort_by_key(|field| field.hash);
        leak(Object::new(old.name, fields.leak()).with_unknown(unknown(old.unknown, new.unknown)))
    }

    fn at<T>(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.step(&format!("{dot}{name}"), inside)
    }

    /// The place of another name in the object that this place is in.
    fn beside(&self, name: &str) -> String {
        let dot = if self.object_at == 0 { "" } else { "." };
        format!("{}{dot}{name}", &self.path[..self.object_at])
    }

    pub(super) fn step<T>(&mut self, step: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let len = self.path.len();
        self.path.push_str(step);
        let done = inside(self);
        self.path.truncate(len);
        done
    }

    /// Says that something is new here.
    pub(super) fn add(&mut self) {
        self.added.push(self.path.clone());
    }

    /// The reserved places, for a contract.
    pub(super) fn reserved(self) -> &'static [&'static str] {
        let places = self.reserved.into_iter().map(|place| &*place.leak());
        places.collect::<Vec<&'static str>>().leak()
    }

    /// Says that nothing may come here any more.
    pub(super) fn reserve(&mut self) {
        self.reserved.push(self.path.clone());
    }

    /// A field that the version gets while it is live: events from before will never have it.
    fn new_field(&mut self, own: &Field) -> Field {
        self.add();
        let known = |shape: &Shape| self.known(shape);
        let mut field = entering::field(own, &known);
        // Readers from before take what is written under a reserved name for something else.
        let usable = |name: &&'static str| *name == own.name || !self.reserved.contains(&self.beside(name));
        let reads = names(own.reads, &own.name).iter().copied().filter(usable).collect();
        field.reads = entering::sorted(reads, own.name);
        // A required one gets here only when the contract allows it, on the word that there are no older events.
        if field.written == Written::Always && field.absent != Absent::Refused {
            field.written = Written::Sometimes;
        }
        field
    }

    pub(super) fn known(&self, own: &Shape) -> Option<Shape> {
        let known = self.known.iter().find(|(shape, _)| shape == own);
        known.map(|(_, recorded)| *recorded)
    }

    fn field(&mut self, old: &Field, own: &Field) -> Field {
        let value = self.shape(non_null(&old.shape), non_null(&own.shape));
        let shape = match (old.shape, own.shape) {
            (Shape::Optional(_), Shape::Optional(_) | Shape::Nullable(_)) => Shape::Optional(leak(value)),
            (Shape::Nullable(_), Shape::Optional(_) | Shape::Nullable(_)) => Shape::Nullable(leak(value)),
            // One of the two refuses `null`.
            _ => value,
        };
        // A name that only newer readers know is safe for nothing: not for this field, and not for another one.
        let unknown = |name: &&&str| !names(old.reads, &old.name).contains(name) && **name != old.name;
        for name in names(own.reads, &own.name).iter().filter(unknown) {
            self.reserved.push(self.beside(name));
        }
        let absent = absent(old.absent, own.absent);
        let writes = [names(old.writes, &old.name), names(own.writes, &own.name)].concat();
        let reads = names(old.reads, &old.name).iter().copied();
        let reads = reads
            .filter(|name| names(own.reads, &own.name).contains(name))
            .collect();
        Field {
            hash: old.hash,
            name: old.name,
            shape,
            written: written(old.written, own.written),
            null: (old.null || own.null) && shape.accepts_null(),
            absent,
            default: entering::default(&shape, absent, own.default.or(old.default)),
            writes: entering::sorted(writes, old.name),
            reads: entering::sorted(reads, old.name),
            sensitive: own.sensitive,
        }
    }

    pub(super) fn shape(&mut self, old: &Shape, own: &Shape) -> Shape {
        let merged = self.merged(old, own);
        if matches!(own, Shape::Object(_) | Shape::Choice(_)) && self.known(own).is_none() {
            self.known.push((*own, merged));
        }
        merged
    }

    fn merged(&mut self, old: &Shape, own: &Shape) -> Shape {
        let mut both = |step: &str, old: &Shape, own: &Shape| leak(self.step(step, |this| this.shape(old, own)));
        match (*old, *own) {
            (Shape::Optional(old), Shape::Optional(own) | Shape::Nullable(own)) => Shape::Optional(both("", old, own)),
            (Shape::Nullable(old), Shape::Optional(own) | Shape::Nullable(own)) => Shape::Nullable(both("", old, own)),
            (Shape::List(old) | Shape::Set(old), Shape::List(own)) => Shape::List(both("[]", old, own)),
            (Shape::List(old) | Shape::Set(old), Shape::Set(own)) => Shape::Set(both("[]", old, own)),
            (Shape::Array(old, _), Shape::Array(own, length)) => Shape::Array(both("[]", old, own), length),
            (Shape::Map(old_key, old), Shape::Map(own_key, own)) => {
                let key = both("{key}", old_key, own_key);
                Shape::Map(key, both("{}", old, own))
            }
            (Shape::Tuple(old), Shape::Tuple(own)) if old.len() == own.len() => self.parts(old.iter().zip(own)),
            (Shape::Array(old, length), Shape::Tuple(own)) if length == own.len() => {
                self.parts(std::iter::repeat(old).zip(own))
            }
            (Shape::Tuple(old), Shape::Array(own, length)) if old.len() == length => {
                self.parts(old.iter().zip(std::iter::repeat(own)))
            }
            (Shape::Object(old), Shape::Object(own)) => Shape::Object(self.object(old, own)),
            (Shape::Choice(old), Shape::Choice(own)) => Shape::Choice(self.choice(old, own)),
            (old, own) if old == own => old,
            // Only where the contract allows another type.
            (_, own) => entering::shape(&own, &|shape| self.known(shape)),
        }
    }

    fn parts<'s>(&mut self, parts: impl Iterator<Item = (&'s Shape, &'s Shape)>) -> Shape {
        let part =
            |(at, (old, own)): (usize, (&Shape, &Shape))| self.step(&format!("[{at}]"), |this| this.shape(old, own));
        Shape::Tuple(parts.enumerate().map(part).collect::<Vec<_>>().leak())
    }

    /// Two objects where one of the two may be missing, which is then one without fields.
    pub(super) fn fields(&mut self, old: Option<&'static Object>, own: Option<&'static Object>) -> Shape {
        let name = old.or(own).map(|object| object.name).unwrap_or_default();
        let empty = Object::new(name, &[]);
        Shape::Object(self.object(old.unwrap_or(&empty), own.unwrap_or(&empty)))
    }
}

/// The field of `new` that goes on with `field` of `old`: of the same name, or under an alias.
fn counterpart(field: &Field, old: &Object, new: &Object) -> Option<&'static Field> {
    let renamed = |own: &&Field| {
        let aliases =
            names(own.reads, &own.name).contains(&field.name) || names(field.reads, &field.name).contains(&own.name);
        aliases && old.fields.iter().all(|other| other.name != own.name)
    };
    new.field(field.name).or_else(|| new.fields.iter().find(renamed))
}

/// The names of a list that is left empty for the own name alone.
pub(super) fn names<'n>(names: &'n [&'static str], own: &'n &'static str) -> &'n [&'static str] {
    if names.is_empty() {
        std::slice::from_ref(own)
    } else {
        names
    }
}

fn non_null(shape: &Shape) -> &Shape {
    match shape {
        Shape::Optional(inner) | Shape::Nullable(inner) => inner,
        other => other,
    }
}

fn written(old: Written, own: Written) -> Written {
    if old == own { old } else { Written::Sometimes }
}

fn absent(old: Absent, own: Absent) -> Absent {
    match (old, own) {
        (Absent::Refused, _) | (_, Absent::Refused) => Absent::Refused,
        (Absent::Accepted, _) | (_, Absent::Accepted) => Absent::Accepted,
        (Absent::Ignored, Absent::Ignored) => Absent::Ignored,
    }
}

fn unknown(old: Unknown, own: Unknown) -> Unknown {
    match (old, own) {
        (Unknown::Refused, _) | (_, Unknown::Refused) => Unknown::Refused,
        (Unknown::Kept, _) | (_, Unknown::Kept) => Unknown::Kept,
        (Unknown::Ignored, Unknown::Ignored) => Unknown::Ignored,
    }
}
