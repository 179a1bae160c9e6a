use crate::Tagging;
use crate::check::same;
use crate::text::Text;

/// The deepest place that is named; what is deeper is checked all the same.
const DEPTH: usize = 12;

/// Where in an event: `lines[].price.cents`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    segments: [Segment; DEPTH],
    len: usize,
}

/// One step of a [`Path`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// A field of an object.
    Field(&'static str),
    /// Every item of a list, a set or an array.
    Item,
    /// A part of a tuple.
    Part(usize),
    /// The keys of a map.
    Key,
    /// The values of a map.
    Value,
    /// A variant of an enum, and how its name is written.
    Variant(&'static str, Tagging),
}

impl Path {
    pub(super) const ROOT: Self = Self {
        segments: [Segment::Item; DEPTH],
        len: 0,
    };

    pub(super) const fn push(&mut self, segment: Segment) {
        if self.len < DEPTH {
            self.segments[self.len] = segment;
        }
        self.len += 1;
    }

    pub(super) const fn pop(&mut self) {
        self.len -= 1;
    }

    /// The steps from the event down.
    #[must_use]
    pub const fn segments(&self) -> &[Segment] {
        let len = if self.len < DEPTH { self.len } else { DEPTH };
        self.segments.split_at(len).0
    }

    pub(super) const fn is(&self, other: &Self) -> bool {
        self.len == other.len && self.is_below(other)
    }

    /// Whether it is `other`, or a place inside it.
    pub(super) const fn is_below(&self, other: &Self) -> bool {
        let (own, other) = (self.segments(), other.segments());
        if own.len() < other.len() {
            return false;
        }
        let mut at = 0;
        while at < other.len() {
            let equal = match (&own[at], &other[at]) {
                (Segment::Field(one), Segment::Field(other))
                | (Segment::Variant(one, _), Segment::Variant(other, _)) => same(one, other),
                (Segment::Part(one), Segment::Part(other)) => *one == *other,
                (Segment::Item, Segment::Item) | (Segment::Key, Segment::Key) | (Segment::Value, Segment::Value) => {
                    true
                }
                _ => false,
            };
            if !equal {
                return false;
            }
            at += 1;
        }
        true
    }

    pub(super) const fn write(&self, mut text: Text) -> Text {
        let segments = self.segments();
        if segments.is_empty() {
            return text.add("the event");
        }
        let mut at = 0;
        while at < segments.len() {
            text = match segments[at] {
                Segment::Field(name) if at == 0 => text.add(name),
                Segment::Field(name) => text.add(".").add(name),
                Segment::Item => text.add("[]"),
                Segment::Part(index) => text.add("[").number(index as u128).add("]"),
                Segment::Key => text.add("{key}"),
                Segment::Value => text.add("{}"),
                Segment::Variant(name, _) => text.add("(").add(name).add(")"),
            };
            at += 1;
        }
        if self.len > DEPTH { text.add("..") } else { text }
    }
}

impl core::fmt::Display for Path {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.write(Text::new()).as_str())
    }
}
