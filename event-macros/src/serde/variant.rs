use super::names::Named;
use super::read::{each, step_over};
use super::{Names, Rules};
use syn::{Attribute, Path};

/// `#[serde(..)]` on a variant.
#[derive(Default)]
pub(crate) struct Variant {
    named: Named,
    /// `rename_all`: of its fields.
    pub(crate) rules: Rules,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    /// Takes the names that no other variant has.
    pub(crate) other: bool,
    /// The words after which its fields no longer say what is on the wire.
    pub(crate) opaque: Vec<Path>,
}

/// See [`Variant::opaque`].
const OPAQUE: [&str; 4] = ["with", "serialize_with", "deserialize_with", "untagged"];

impl Variant {
    pub(crate) fn from_attrs(attrs: &[Attribute]) -> Self {
        let mut of = Self::default();
        each(attrs, |meta| {
            let path = &meta.path;
            if of.named.accept(meta)? {
                return Ok(());
            }
            if path.is_ident("rename_all") {
                return of.rules.read(meta);
            }
            of.skip_serializing |= path.is_ident("skip") || path.is_ident("skip_serializing");
            of.skip_deserializing |= path.is_ident("skip") || path.is_ident("skip_deserializing");
            of.other |= path.is_ident("other");
            if OPAQUE.iter().any(|word| path.is_ident(word)) {
                of.opaque.push(path.clone());
            }
            step_over(meta)
        });
        of
    }

    /// Neither written nor read.
    pub(crate) fn is_skipped(&self) -> bool {
        self.skip_serializing && self.skip_deserializing
    }

    /// The names on the wire of a variant that Rust calls `plain`.
    pub(crate) fn names(&self, plain: &str, rules: Rules) -> Names {
        let by = |rule: Option<super::Rule>| rule.map_or_else(|| plain.to_owned(), |rule| rule.variant(plain));
        self.named.names(by(rules.written), by(rules.read))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Container;
    use super::*;
    use syn::{ItemEnum, parse_quote};

    #[test]
    fn names_on_the_wire() {
        let item: ItemEnum = parse_quote! {
            #[serde(rename_all = "kebab-case")]
            enum Payment {
                BankTransfer,
                #[serde(rename(serialize = "CARD"), alias = "Card")]
                CreditCard,
                #[serde(other, rename_all = "camelCase")]
                AnythingElse,
            }
        };
        let rules = Container::from_attrs(&item.attrs).rules;
        let read: Vec<_> = item
            .variants
            .iter()
            .map(|one| Variant::from_attrs(&one.attrs))
            .collect();
        let names: Vec<_> = read
            .iter()
            .zip(&item.variants)
            .map(|(of, one)| of.names(&one.ident.to_string(), rules))
            .collect();
        let expect = |written: &str, read: &[&str]| Names {
            written: written.to_owned(),
            read: read.iter().map(|&name| name.to_owned()).collect(),
        };
        assert_eq!(
            names,
            [
                expect("bank-transfer", &["bank-transfer"]),
                expect("CARD", &["credit-card", "Card"]),
                expect("anything-else", &["anything-else"]),
            ]
        );
        assert!(read[2].other && !read[0].other);
        assert!(read.iter().all(|of| !of.is_skipped() && of.opaque.is_empty()));
    }
}
