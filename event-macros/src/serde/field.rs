use super::names::Named;
use super::read::{each, path_or_nothing, step_over, text};
use super::{Names, Rules};
use syn::{Attribute, Path};

/// `#[serde(..)]` on a field.
#[derive(Default)]
pub(crate) struct Field {
    named: Named,
    /// `""` is `Default`, anything else the path of a function.
    pub(crate) default: Option<String>,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    pub(crate) skip_serializing_if: Option<SkipIf>,
    pub(crate) flatten: Option<Path>,
    /// `with`, `serialize_with` or `getter`: a function of the user's writes it.
    pub(crate) writes_with: Option<Path>,
    /// `with` or `deserialize_with`: a function of the user's reads it.
    pub(crate) reads_with: Option<Path>,
}

/// `skip_serializing_if`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum SkipIf {
    /// `Option::is_none`: what is written is never `null`.
    None,
    /// A function that only the user knows.
    Other,
}

impl Field {
    pub(crate) fn from_attrs(attrs: &[Attribute]) -> Self {
        let mut of = Self::default();
        each(attrs, |meta| {
            let path = &meta.path;
            if of.named.accept(meta)? {
                return Ok(());
            }
            if path.is_ident("default") {
                of.default = Some(path_or_nothing(meta)?);
                return Ok(());
            }
            if path.is_ident("skip_serializing_if") {
                of.skip_serializing_if = Some(skip_if(&text(meta)?));
                return Ok(());
            }
            of.skip_serializing |= path.is_ident("skip") || path.is_ident("skip_serializing");
            of.skip_deserializing |= path.is_ident("skip") || path.is_ident("skip_deserializing");
            if path.is_ident("flatten") {
                of.flatten = Some(path.clone());
            }
            if ["with", "serialize_with", "getter"]
                .iter()
                .any(|word| path.is_ident(word))
            {
                of.writes_with = Some(path.clone());
            }
            if ["with", "deserialize_with"].iter().any(|word| path.is_ident(word)) {
                of.reads_with = Some(path.clone());
            }
            step_over(meta)
        });
        of
    }

    /// Neither written nor read.
    pub(crate) fn is_skipped(&self) -> bool {
        self.skip_serializing && self.skip_deserializing
    }

    /// The names on the wire of a field that Rust calls `plain`.
    pub(crate) fn names(&self, plain: &str, rules: Rules) -> Names {
        let by = |rule: Option<super::Rule>| rule.map_or_else(|| plain.to_owned(), |rule| rule.field(plain));
        self.named.names(by(rules.written), by(rules.read))
    }
}

fn skip_if(path: &str) -> SkipIf {
    let path = path.replace(' ', "");
    match path.trim_start_matches("::") {
        "Option::is_none" | "std::option::Option::is_none" | "core::option::Option::is_none" => SkipIf::None,
        _ => SkipIf::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Container;
    use super::*;
    use syn::{ItemStruct, parse_quote};

    fn names(item: &ItemStruct) -> Vec<(String, Vec<String>)> {
        let rules = Container::from_attrs(&item.attrs).rules;
        let of = |field: &syn::Field| {
            let plain = syn::ext::IdentExt::unraw(field.ident.as_ref().unwrap()).to_string();
            let names = Field::from_attrs(&field.attrs).names(&plain, rules);
            (names.written, names.read)
        };
        item.fields.iter().map(of).collect()
    }

    fn name(written: &str, read: &[&str]) -> (String, Vec<String>) {
        (written.to_owned(), read.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn names_on_the_wire() {
        assert_eq!(
            names(&parse_quote!(
                struct A {
                    order_id: u8,
                    r#type: u8,
                }
            )),
            [name("order_id", &["order_id"]), name("type", &["type"])]
        );
        assert_eq!(
            names(&parse_quote! {
                #[serde(deny_unknown_fields, bound = "", rename_all = "camelCase")]
                struct A {
                    #[serde(alias = "order-id", alias = "id")] order_id: u8,
                    #[serde(default, rename = "TOTAL")] total_cents: u8,
                }
            }),
            [
                name("orderId", &["orderId", "order-id", "id"]),
                name("TOTAL", &["TOTAL"])
            ]
        );
        assert_eq!(
            names(&parse_quote! {
                #[serde(rename_all(serialize = "SCREAMING-KEBAB-CASE", deserialize = "lowercase"))]
                struct A { order_id: u8, #[serde(rename(deserialize = "x", deserialize = "y"))] a_b: u8 }
            }),
            [name("ORDER-ID", &["order_id"]), name("A-B", &["x", "y"])]
        );
    }

    fn field(item: &ItemStruct) -> Field {
        Field::from_attrs(&item.fields.iter().next().unwrap().attrs)
    }

    #[test]
    fn words() {
        let of = field(&parse_quote! {
            struct A {
                #[serde(default = "now", skip_serializing_if = "std::option::Option::is_none", borrow = "'a")]
                #[serde(deserialize_with = "read", flatten)]
                a: u8,
            }
        });
        assert_eq!(of.default.as_deref(), Some("now"));
        assert_eq!(of.skip_serializing_if, Some(SkipIf::None));
        assert!(of.reads_with.is_some() && of.writes_with.is_none() && of.flatten.is_some());
        assert!(!of.is_skipped());
        let of = field(&parse_quote!(
            struct A {
                #[serde(with = "hex", skip_serializing_if = "Vec::is_empty")]
                a: u8,
            }
        ));
        assert_eq!(of.skip_serializing_if, Some(SkipIf::Other));
        assert!(of.reads_with.is_some() && of.writes_with.is_some());
        let of = field(&parse_quote!(
            struct A {
                #[serde(skip)]
                a: u8,
            }
        ));
        assert!(of.is_skipped());
        let of = field(&parse_quote!(
            struct A {
                #[serde(skip_serializing)]
                a: u8,
            }
        ));
        assert!(of.skip_serializing && !of.skip_deserializing);
    }
}
