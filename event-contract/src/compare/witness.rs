use super::path::Segment;
use super::report::Issue;
use super::rule::Rule;
use crate::check::same;
use crate::shape::{Shape, Tagging};
use crate::text::Text;

impl Issue {
    /// JSON that shows it: as much of an event as is needed. Empty where there is none to show.
    #[must_use]
    pub fn witness(&self) -> String {
        self.write_witness(Text::new()).as_str().to_owned()
    }

    pub(super) const fn write_witness(&self, text: Text) -> Text {
        if self.silent || !self.is_refusal() {
            return text;
        }
        let segments = self.path.segments();
        let mut at = 0;
        while at < segments.len() {
            // What stands before a part of a tuple, and beside a key, would have to be made up.
            if matches!(segments[at], Segment::Part(_) | Segment::Key) {
                return text;
            }
            at += 1;
        }
        if segments.is_empty() {
            return text;
        }
        self.wrap(text, segments, false)
    }

    /// Whether some JSON is refused, or read as something else.
    const fn is_refusal(&self) -> bool {
        match self.rule {
            Rule::DefaultChanged
            | Rule::NoneBecomesDefault
            | Rule::UnknownRefusedFromNowOn
            | Rule::CatchAllLost
            | Rule::KeyChanged
            | Rule::SequenceChanged
            | Rule::NameReserved
            | Rule::FieldUnknown
            | Rule::ContractLoosened
            | Rule::ReservedRemoved
            | Rule::StatusChanged
            | Rule::TaggingChanged
            | Rule::MapKey
            | Rule::Buffered
            | Rule::TagTwice
            | Rule::FieldUnread => false,
            Rule::CatchAllMissing => !self.path.is_choice(),
            // serde reads structs from arrays too, by position.
            Rule::TypeChanged => !matches!(
                (&self.reader, &self.writer),
                (
                    Some(Shape::Object(_)),
                    Some(Shape::Tuple(_) | Shape::Array(..) | Shape::List(_) | Shape::Set(_))
                )
            ),
            _ => true,
        }
    }

    /// `inside` says that an object has been opened and holds a tag already.
    const fn wrap(&self, text: Text, segments: &[Segment], inside: bool) -> Text {
        let Some((first, rest)) = segments.split_first() else {
            return self.leaf(text);
        };
        match first {
            Segment::Field(_) if rest.is_empty() && self.is_absence() => {
                if inside {
                    text.add("}")
                } else {
                    text.add("{}")
                }
            }
            Segment::Field(name) => {
                let text = text
                    .add(if inside { ",\"" } else { "{\"" })
                    .add(self.shown(name, rest))
                    .add("\":");
                self.wrap(text, rest, false).add("}")
            }
            Segment::Item => self.wrap(text.add("["), rest, false).add("]"),
            Segment::Value => self.wrap(text.add("{\"key\":"), rest, false).add("}"),
            Segment::Variant(name, tagging) => self.variant(text, self.shown(name, rest), *tagging, rest),
            Segment::Part(_) | Segment::Key => text,
        }
    }

    const fn variant(&self, text: Text, name: &str, tagging: Tagging, rest: &[Segment]) -> Text {
        let bare = rest.is_empty() && self.writer.is_none();
        match tagging {
            Tagging::External if bare => text.add("\"").add(name).add("\""),
            Tagging::External => self.wrap(text.add("{\"").add(name).add("\":"), rest, false).add("}"),
            Tagging::Internal(tag) => {
                let text = text.add("{\"").add(tag).add("\":\"").add(name).add("\"");
                match rest {
                    [] => text.add("}"),
                    _ => self.wrap(text, rest, true),
                }
            }
            Tagging::Adjacent(tag, _) if bare => text.add("{\"").add(tag).add("\":\"").add(name).add("\"}"),
            Tagging::Adjacent(tag, content) => {
                let text = text
                    .add("{\"")
                    .add(tag)
                    .add("\":\"")
                    .add(name)
                    .add("\",\"")
                    .add(content)
                    .add("\":");
                self.wrap(text, rest, false).add("}")
            }
        }
    }

    /// A renamed thing is shown under the name that the reader does not know.
    const fn shown<'a>(&self, name: &'a str, rest: &[Segment]) -> &'a str {
        match self.rule {
            Rule::VariantRenamed | Rule::FieldRenamed if rest.is_empty() && !self.other.is_empty() => self.other,
            Rule::AliasRemoved if rest.is_empty() => self.other,
            _ => name,
        }
    }

    const fn is_absence(&self) -> bool {
        matches!(
            self.rule,
            Rule::AbsenceRefused | Rule::FieldRequired | Rule::FieldRemoved
        ) || matches!(self.rule, Rule::NotReadBack) && self.writer.is_some() && self.other.is_empty()
    }

    const fn leaf(&self, text: Text) -> Text {
        match (self.rule, &self.reader, &self.writer) {
            (Rule::NullRefused, ..) => text.add("null"),
            (Rule::UnknownRefused, None, None) => text.add("{\"unknown\":true}"),
            (_, Some(reader), Some(writer)) => refused(text, writer, reader),
            (_, None, Some(writer)) => sample(text, writer),
            (_, Some(reader), None) => sample(text, reader),
            (_, None, None) => text.add("null"),
        }
    }
}

/// A value of `writer` that `reader` does not take.
const fn refused(text: Text, writer: &Shape, reader: &Shape) -> Text {
    match (writer, reader) {
        (Shape::Integer(writes), Shape::Integer(reads)) => {
            let (writes, reads) = (writes.range(), reads.range());
            if writes.0 < reads.0 {
                text.signed(writes.0)
            } else {
                text.number(writes.1)
            }
        }
        (Shape::Integer(writes), Shape::Float(_)) => text.number(writes.range().1),
        (Shape::Float(_), Shape::Float(_)) => text.add("1e300"),
        (Shape::Text(form), Shape::Char) if same(form, "string") => text.add("\"two letters\""),
        (Shape::Text(writes), Shape::Text(reads)) if same(writes, "ip") && same(reads, "ipv4") => {
            sample(text, &Shape::Text("ipv6"))
        }
        (Shape::Any, _) => text.add("{\"anything\":true}"),
        (Shape::List(_) | Shape::Set(_), Shape::Array(..) | Shape::Tuple(_)) => text.add("[]"),
        _ => sample(text, writer),
    }
}

/// Some value, in as few words as possible.
const fn sample(text: Text, shape: &Shape) -> Text {
    match shape {
        Shape::Any | Shape::Null => text.add("null"),
        Shape::Bool => text.add("true"),
        Shape::Integer(_) => text.add("1"),
        Shape::Float(_) => text.add("1.5"),
        Shape::Char => text.add("\"x\""),
        Shape::Text(form) => text.add("\"").add(example(form)).add("\""),
        Shape::Optional(inner) | Shape::Nullable(inner) => sample(text, inner),
        Shape::List(item) | Shape::Set(item) => sample(text.add("["), item).add("]"),
        Shape::Array(item, length) => {
            let mut text = text.add("[");
            let mut at = 0;
            while at < *length && at < 4 {
                text = sample(if at > 0 { text.add(",") } else { text }, item);
                at += 1;
            }
            text.add(if *length > 4 { ",..]" } else { "]" })
        }
        Shape::Tuple(parts) => {
            let mut text = text.add("[");
            let mut at = 0;
            while at < parts.len() {
                text = sample(if at > 0 { text.add(",") } else { text }, &parts[at]);
                at += 1;
            }
            text.add("]")
        }
        Shape::Map(..) => text.add("{\"key\":..}"),
        Shape::Object(_) => text.add("{..}"),
        Shape::Choice(choice) => match choice.variants {
            [first, ..] if first.content.is_none() && matches!(choice.tagging, Tagging::External) => {
                text.add("\"").add(first.name).add("\"")
            }
            _ => text.add("{..}"),
        },
    }
}

const fn example(form: &str) -> &'static str {
    const EXAMPLES: [(&str, &str); 11] = [
        ("uuid", "0199b3a6-2b9c-7d3e-8f00-6d1f3a5c7e9b"),
        ("date-time", "2026-01-31T09:30:00Z"),
        ("zoned-date-time", "2026-01-31T10:30:00+01:00[Europe/Berlin]"),
        ("local-date-time", "2026-01-31T09:30:00"),
        ("date", "2026-01-31"),
        ("time", "09:30:00"),
        ("duration", "PT90S"),
        ("decimal", "12.50"),
        ("ip", "192.0.2.1"),
        ("ipv4", "192.0.2.1"),
        ("ipv6", "2001:db8::1"),
    ];
    let mut at = 0;
    while at < EXAMPLES.len() {
        if same(EXAMPLES[at].0, form) {
            return EXAMPLES[at].1;
        }
        at += 1;
    }
    "text"
}
