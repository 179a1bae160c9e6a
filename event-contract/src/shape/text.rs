use super::Shape;
use crate::text::Text;
use core::fmt;

/// As in a contract file: `[Line]`, `{string: u8}`, `uuid?`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Text::new().shape(self).as_str())
    }
}

impl Text {
    pub(crate) const fn shape(self, shape: &Shape) -> Self {
        match shape {
            Shape::Any => self.add("any"),
            Shape::Null => self.add("null"),
            Shape::Bool => self.add("bool"),
            Shape::Integer(integer) => self.add(integer.name()),
            Shape::Float(float) => self.add(float.name()),
            Shape::Char => self.add("char"),
            Shape::Text(form) => self.add(form),
            Shape::Optional(inner) => self.shape(inner).add("?"),
            Shape::Nullable(inner) => self.shape(inner).add(" | null"),
            Shape::List(item) => self.add("[").shape(item).add("]"),
            Shape::Set(item) => self.add("{").shape(item).add("}"),
            Shape::Array(item, length) => self.shape(item).add("[").number(*length as u128).add("]"),
            Shape::Tuple(parts) => self.parts(parts),
            Shape::Map(key, value) => self.add("{").shape(key).add(": ").shape(value).add("}"),
            Shape::Object(object) => self.add(object.name),
            Shape::Choice(choice) => self.add(choice.name),
        }
    }

    const fn parts(self, parts: &[Shape]) -> Self {
        let mut text = self.add("(");
        let mut at = 0;
        while at < parts.len() {
            if at > 0 {
                text = text.add(", ");
            }
            text = text.shape(&parts[at]);
            at += 1;
        }
        text.add(")")
    }
}

#[cfg(test)]
mod tests {
    use crate::Schema;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn reads_like_a_contract_file() {
        type Nested = Vec<Option<(BTreeMap<String, [u8; 4]>, BTreeSet<char>)>>;
        assert_eq!(<Nested>::SHAPE.to_string(), "[({string: u8[4]}, {char})?]");
    }
}
