use crate::file::grammar::leak;
use crate::shape::Field;
use crate::{
    Absent, Allowed, Choice, Committed, Float, Integer, Object, Shape, Status, Tagging, Unknown, Variant, Version,
    Written,
};

/// Makes contracts of everything that the model has, the odd things often.
pub(in crate::file) struct Random(pub(in crate::file) fastrand::Rng);

const NAMES: [&str; 12] = [
    "a",
    "b",
    "note",
    "type",
    "names",
    "a.b",
    "größe",
    "with \"quotes\"",
    "",
    "new\nline",
    "fields",
    "tab\tand \\",
];
const TYPES: [&str; 9] = [
    "Line",
    "Line2",
    "Page<Line>",
    "Page_Line",
    "string",
    "Größe",
    "text",
    "",
    "Payment.card",
];

impl Random {
    pub(in crate::file) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    pub(in crate::file) fn contract(&mut self) -> Committed {
        let mut contract = Committed::new("order.placed", Version::new(self.0.u32(2..9)).unwrap(), self.object(3));
        contract.status = self.pick(&[Status::Draft, Status::Live, Status::Retired]);
        contract.owner = self.pick(&["", "checkout", "ünï \"team\""]);
        contract.summary = self.pick(&["", "An order.", "Two\nlines. # no comment \u{1}"]);
        contract.key = contract
            .data
            .fields
            .first()
            .map(|field| field.name)
            .filter(|name| !name.is_empty());
        contract.upcast_from = self.pick(&[&[], &[Version::FIRST]]);
        contract.reserved = self.pick(&[&[], &["discount"], &["b", "a"]]);
        const ALLOWED: [Allowed; 2] = [
            Allowed {
                rule: "field-removed",
                path: "lines[].note",
                reason: "read by nobody",
            },
            Allowed {
                rule: "field-removed",
                path: "",
                reason: "\"so\"",
            },
        ];
        contract.allowed = self.pick(&[&[], &ALLOWED, &[ALLOWED[0]]]);
        contract
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.0.usize(..from.len())]
    }

    fn chance(&mut self, of: u32) -> bool {
        self.0.u32(..of) == 0
    }

    fn object(&mut self, depth: usize) -> &'static Object {
        let mut fields: Vec<Field> = Vec::new();
        for _ in 0..self.0.usize(..5) {
            let field = self.field(depth);
            if fields.iter().all(|other| other.name != field.name) {
                fields.push(field);
            }
        }
        fields.sort_by_key(|field| field.hash);
        let unknown = self.pick(&[Unknown::Ignored, Unknown::Ignored, Unknown::Refused, Unknown::Kept]);
        leak(Object::new(self.pick(&TYPES), fields.leak()).with_unknown(unknown))
    }

    fn field(&mut self, depth: usize) -> Field {
        let mut field = Field::new(self.pick(&NAMES), self.shape(depth));
        field.sensitive = self.chance(5);
        if self.chance(3) {
            field.default = Some(self.pick(&["", "Vec::new", "path(with)"]));
            field.absent = Absent::Accepted;
        }
        if self.chance(3) {
            field.written = self.pick(&[Written::Always, Written::Sometimes, Written::Never]);
            field.null = self.chance(2);
            field.absent = self.pick(&[Absent::Refused, Absent::Accepted, Absent::Ignored]);
        }
        if self.chance(5) {
            field.writes = self.pick(&[&["a", "z"], &["z", "größe"]]);
            field.reads = self.pick(&[&[], &["old", "older"], &["z"]]);
        }
        field
    }

    pub(in crate::file) fn shape(&mut self, depth: usize) -> Shape {
        let kinds = if depth == 0 { 9 } else { 18 };
        let inner = |this: &mut Self| leak(this.shape(depth - 1));
        match self.0.usize(..kinds) {
            0 => Shape::Any,
            1 => Shape::Null,
            2 => Shape::Bool,
            3 => Shape::Integer(self.pick(&Integer::ALL)),
            4 => Shape::Float(self.pick(&[Float::F32, Float::F64])),
            5 => Shape::Char,
            6 | 7 => Shape::Text(self.pick(&["string", "uuid", "date-time", "iban"])),
            8 => Shape::STRING,
            9 | 10 => Shape::Optional(inner(self)),
            11 => Shape::Nullable(inner(self)),
            12 => Shape::List(inner(self)),
            13 => Shape::Set(inner(self)),
            14 => Shape::Array(inner(self), self.0.usize(..4)),
            15 => {
                let parts: Vec<Shape> = (0..self.0.usize(..3)).map(|_| self.shape(depth - 1)).collect();
                Shape::Tuple(parts.leak())
            }
            16 => {
                if self.chance(2) {
                    Shape::Map(inner(self), inner(self))
                } else {
                    Shape::Object(self.object(depth - 1))
                }
            }
            _ => Shape::Choice(self.choice(depth)),
        }
    }

    fn choice(&mut self, depth: usize) -> &'static Choice {
        let mut variants: Vec<Variant> = Vec::new();
        for _ in 0..self.0.usize(..4) {
            let variant = self.variant(depth);
            if variants.iter().all(|other| other.name != variant.name) {
                variants.push(variant);
            }
        }
        variants.sort_by_key(|variant| variant.hash);
        let tagging = [
            Tagging::External,
            Tagging::Internal("tag"),
            Tagging::Adjacent("tag", "content"),
        ];
        let mut choice = Choice::new(self.pick(&TYPES), self.pick(&tagging), variants.leak());
        choice.open = self.chance(3);
        leak(choice)
    }

    fn variant(&mut self, depth: usize) -> Variant {
        let content = match self.0.u32(..4) {
            0 | 1 => None,
            2 => Some(Shape::Object(self.object(depth - 1))),
            _ => Some(self.shape(depth - 1)),
        };
        let mut variant = Variant::new(self.pick(&NAMES), content);
        variant.catch_all = self.chance(5);
        variant.never_written = self.chance(5);
        variant.never_read = self.chance(5);
        if self.chance(4) {
            variant.reads = &["old", "older"];
        }
        variant
    }
}
