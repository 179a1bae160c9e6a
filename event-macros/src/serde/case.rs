/// A value of `rename_all`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Rule {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Rule {
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// Fields are in snake case to begin with.
    pub(crate) fn field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => name
                .split('_')
                .map(|word| first(word, char::to_ascii_uppercase))
                .collect(),
            Self::Camel => first(&Self::Pascal.field(name), char::to_ascii_lowercase),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Variants are in Pascal case to begin with.
    pub(crate) fn variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => first(name, char::to_ascii_lowercase),
            Self::Snake => {
                let mut snake = String::new();
                for (at, letter) in name.char_indices() {
                    if at > 0 && letter.is_uppercase() {
                        snake.push('_');
                    }
                    snake.push(letter.to_ascii_lowercase());
                }
                snake
            }
            Self::ScreamingSnake => Self::Snake.variant(name).to_ascii_uppercase(),
            Self::Kebab => Self::Snake.variant(name).replace('_', "-"),
            Self::ScreamingKebab => Self::ScreamingSnake.variant(name).replace('_', "-"),
        }
    }
}

fn first(word: &str, change: impl Fn(&char) -> char) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map_or(String::new(), |first| change(&first).to_string() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn rules() {
        for (rule, field, short, variant) in [
            ("lowercase", "order_id", "x", "orderplaced"),
            ("UPPERCASE", "ORDER_ID", "X", "ORDERPLACED"),
            ("PascalCase", "OrderId", "X", "OrderPlaced"),
            ("camelCase", "orderId", "x", "orderPlaced"),
            ("snake_case", "order_id", "x", "order_placed"),
            ("SCREAMING_SNAKE_CASE", "ORDER_ID", "X", "ORDER_PLACED"),
            ("kebab-case", "order-id", "x", "order-placed"),
            ("SCREAMING-KEBAB-CASE", "ORDER-ID", "X", "ORDER-PLACED"),
        ] {
            let of = Rule::of(rule).unwrap();
            assert_eq!(
                (of.field("order_id"), of.field("x"), of.variant("OrderPlaced")),
                (field.to_owned(), short.to_owned(), variant.to_owned()),
                "{rule}"
            );
        }
        assert_eq!(Rule::of("Snake"), None);
        assert_eq!(Rule::Snake.variant("HTTPCode"), "h_t_t_p_code");
    }
}
