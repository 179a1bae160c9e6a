//! Structs as a user has them, and what a user does to them.

use crate::file::grammar::leak;
use crate::shape::Field;
use crate::{Choice, Integer, Object, Shape, Tagging, Unknown, Variant};

#[derive(Debug, Clone)]
pub(super) struct Struct {
    fields: Vec<Member>,
    denies: bool,
}

#[derive(Debug, Clone)]
struct Member {
    name: &'static str,
    aliases: Vec<&'static str>,
    ty: Type,
    form: Form,
}

#[derive(Debug, Clone)]
enum Type {
    Leaf(Shape),
    List(Box<Type>),
    Set(Box<Type>),
    Struct(Struct),
    Enum(Vec<Case>, Tagging),
}

#[derive(Debug, Clone)]
struct Case {
    name: &'static str,
    aliases: Vec<&'static str>,
    content: Option<Struct>,
    catch_all: bool,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Plain,
    Optional,
    /// `skip_serializing_if = "Option::is_none"`.
    OptionalSkipped,
    Default,
    /// `default, skip_serializing_if = ".."`.
    DefaultSkipped,
    OptionalDefault,
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const FORMS: [Form; 6] = [
    Form::Plain,
    Form::Optional,
    Form::OptionalSkipped,
    Form::Default,
    Form::DefaultSkipped,
    Form::OptionalDefault,
];
const LEAVES: [Shape; 5] = [
    Shape::Integer(Integer::U8),
    Shape::Integer(Integer::I64),
    Shape::STRING,
    Shape::Text("uuid"),
    Shape::Bool,
];

impl Struct {
    pub(super) fn random(rng: &mut fastrand::Rng, depth: usize) -> Self {
        let mut made = Self {
            fields: Vec::new(),
            denies: rng.u32(..12) == 0,
        };
        for _ in 0..rng.usize(1..4) {
            made.add(rng, depth);
        }
        made
    }

    fn free(&self, rng: &mut fastrand::Rng) -> Option<&'static str> {
        let taken = |name: &&&str| {
            self.fields
                .iter()
                .any(|field| field.name == **name || field.aliases.contains(name))
        };
        let free: Vec<&&str> = NAMES.iter().filter(|name| !taken(name)).collect();
        free.get(rng.usize(..free.len().max(1))).map(|name| **name)
    }

    fn add(&mut self, rng: &mut fastrand::Rng, depth: usize) {
        if let Some(name) = self.free(rng) {
            let ty = Type::random(rng, depth);
            self.fields.push(Member {
                name,
                aliases: Vec::new(),
                ty,
                form: pick(rng, &FORMS),
            });
        }
    }

    /// One change, somewhere inside; good ones and bad ones.
    pub(super) fn change(&mut self, rng: &mut fastrand::Rng) {
        let free = self.free(rng);
        let at = rng.usize(..self.fields.len().max(1));
        let Some(field) = self.fields.get_mut(at) else {
            return self.add(rng, 1);
        };
        match rng.u32(..12) {
            0 | 1 => self.add(rng, 1),
            2 => {
                self.fields.remove(at);
            }
            3 | 4 => field.form = pick(rng, &FORMS),
            5 => field.aliases.extend(free),
            6 => field.aliases.clear(),
            7 => {
                // The second step of a prepared rename, or a rename without preparation.
                if let Some(alias) = field.aliases.pop().or(free) {
                    field.aliases.push(field.name);
                    field.name = alias;
                }
            }
            8 => self.denies = !self.denies,
            9 => field.ty = Type::random(rng, 1),
            _ => field.ty.change(rng),
        }
    }

    pub(super) fn object(&self) -> &'static Object {
        let mut fields: Vec<Field> = self.fields.iter().map(Member::field).collect();
        fields.sort_by_key(|field| field.hash);
        let unknown = if self.denies {
            Unknown::Refused
        } else {
            Unknown::Ignored
        };
        leak(Object::new("Struct", fields.leak()).with_unknown(unknown))
    }
}

impl Member {
    fn field(&self) -> Field {
        let shape = self.ty.shape();
        let optional = matches!(
            self.form,
            Form::Optional | Form::OptionalSkipped | Form::OptionalDefault
        );
        let shape = if optional { Shape::Optional(leak(shape)) } else { shape };
        let mut field = Field::new(self.name, shape);
        if matches!(self.form, Form::Default | Form::DefaultSkipped | Form::OptionalDefault) {
            field = field.with_default("");
        }
        if matches!(self.form, Form::OptionalSkipped | Form::DefaultSkipped) {
            field = field.sometimes(false);
        }
        if self.aliases.is_empty() {
            field
        } else {
            field.with_reads(with(self.name, &self.aliases))
        }
    }
}

impl Type {
    fn random(rng: &mut fastrand::Rng, depth: usize) -> Self {
        match rng.u32(..if depth == 0 { 3 } else { 8 }) {
            0..3 => Self::Leaf(pick(rng, &LEAVES)),
            3 => Self::List(Box::new(Self::random(rng, depth - 1))),
            4 => Self::Set(Box::new(Self::random(rng, depth - 1))),
            5 => Self::Struct(Struct::random(rng, depth - 1)),
            _ => {
                let tagging = pick(
                    rng,
                    &[Tagging::External, Tagging::Internal("t"), Tagging::Adjacent("t", "c")],
                );
                Self::Enum(vec![Case::random(rng, "x", depth)], tagging)
            }
        }
    }

    fn change(&mut self, rng: &mut fastrand::Rng) {
        match self {
            Self::Leaf(leaf) => *leaf = pick(rng, &LEAVES),
            Self::List(item) | Self::Set(item) if rng.bool() => item.change(rng),
            Self::List(item) => *self = Self::Set(item.clone()),
            Self::Set(item) => *self = Self::List(item.clone()),
            Self::Struct(inner) => inner.change(rng),
            Self::Enum(cases, _) => {
                let names = ["x", "y", "z", "w", "v"];
                let taken = |name: &&&str| {
                    cases
                        .iter()
                        .any(|case| case.name == **name || case.aliases.contains(name))
                };
                let free = names.iter().find(|name| !taken(name)).copied();
                let at = rng.usize(..cases.len());
                let several = cases.len() > 1;
                let case = &mut cases[at];
                match (rng.u32(..7), free) {
                    (0 | 1, Some(name)) => cases.push(Case::random(rng, name, 1)),
                    (2, _) if several => {
                        cases.remove(at);
                    }
                    (3, Some(free)) => case.aliases.push(free),
                    (4, _) => {
                        if let Some(alias) = case.aliases.pop() {
                            case.aliases.push(case.name);
                            case.name = alias;
                        }
                    }
                    (5, _) if case.content.is_none() => {
                        let had = case.catch_all;
                        cases.iter_mut().for_each(|case| case.catch_all = false);
                        cases[at].catch_all = !had;
                    }
                    _ => match &mut case.content {
                        Some(content) => content.change(rng),
                        None => case.content = (!case.catch_all).then(|| Struct::random(rng, 0)),
                    },
                }
            }
        }
    }

    fn shape(&self) -> Shape {
        match self {
            Self::Leaf(leaf) => *leaf,
            Self::List(item) => Shape::List(leak(item.shape())),
            Self::Set(item) => Shape::Set(leak(item.shape())),
            Self::Struct(inner) => Shape::Object(inner.object()),
            Self::Enum(cases, tagging) => {
                let mut variants: Vec<Variant> = cases.iter().map(Case::variant).collect();
                variants.sort_by_key(|variant| variant.hash);
                Shape::Choice(leak(Choice::new("Enum", *tagging, variants.leak())))
            }
        }
    }
}

impl Case {
    fn random(rng: &mut fastrand::Rng, name: &'static str, depth: usize) -> Self {
        let content = (depth > 0 && rng.bool()).then(|| Struct::random(rng, 0));
        Self {
            name,
            aliases: Vec::new(),
            content,
            catch_all: false,
        }
    }

    fn variant(&self) -> Variant {
        let content = self.content.as_ref().map(|content| Shape::Object(content.object()));
        let mut variant = Variant::new(self.name, content);
        variant.catch_all = self.catch_all;
        if !self.aliases.is_empty() {
            variant.reads = with(self.name, &self.aliases);
        }
        variant
    }
}

fn with(name: &'static str, aliases: &[&'static str]) -> &'static [&'static str] {
    [&[name], aliases].concat().leak()
}

fn pick<T: Copy>(rng: &mut fastrand::Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}
