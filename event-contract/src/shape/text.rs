use super::Shape;
use core::fmt;

/// As in a contract file: `[Line]`, `{string: u8}`, `uuid?`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::Integer(integer) => f.write_str(integer.name()),
            Self::Float(float) => f.write_str(float.name()),
            Self::Char => f.write_str("char"),
            Self::Text(form) => f.write_str(form),
            Self::Optional(inner) => write!(f, "{inner}?"),
            Self::Nullable(inner) => write!(f, "{inner} | null"),
            Self::List(item) => write!(f, "[{item}]"),
            Self::Set(item) => write!(f, "{{{item}}}"),
            Self::Array(item, length) => write!(f, "{item}[{length}]"),
            Self::Tuple(parts) => {
                f.write_str("(")?;
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{part}")?;
                }
                f.write_str(")")
            }
            Self::Map(key, value) => write!(f, "{{{key}: {value}}}"),
            Self::Object(object) => f.write_str(object.name),
            Self::Choice(choice) => f.write_str(choice.name),
        }
    }
}
