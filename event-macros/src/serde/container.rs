use super::Rules;
use super::read::{each, path_or_nothing, step_over, text};
use syn::{Attribute, Path};

/// `#[serde(..)]` on a struct or an enum.
#[derive(Default)]
pub(crate) struct Container {
    /// `rename_all`: of the fields of a struct, of the variants of an enum.
    pub(crate) rules: Rules,
    /// `rename_all_fields`: of the fields in the variants.
    pub(crate) field_rules: Rules,
    pub(crate) deny_unknown_fields: bool,
    /// `""` is `Default`, anything else the path of a function.
    pub(crate) default: Option<String>,
    pub(crate) transparent: bool,
    pub(crate) tag: Option<(Path, String)>,
    pub(crate) content: Option<String>,
    /// The words after which the fields no longer say what is on the wire.
    pub(crate) opaque: Vec<Path>,
}

/// See [`Container::opaque`].
const OPAQUE: [&str; 7] = [
    "untagged",
    "remote",
    "from",
    "try_from",
    "into",
    "field_identifier",
    "variant_identifier",
];

impl Container {
    pub(crate) fn from_attrs(attrs: &[Attribute]) -> Self {
        let mut of = Self::default();
        each(attrs, |meta| {
            if meta.path.is_ident("rename_all") {
                of.rules.read(meta)
            } else if meta.path.is_ident("rename_all_fields") {
                of.field_rules.read(meta)
            } else if meta.path.is_ident("deny_unknown_fields") {
                of.deny_unknown_fields = true;
                Ok(())
            } else if meta.path.is_ident("default") {
                of.default = Some(path_or_nothing(meta)?);
                Ok(())
            } else if meta.path.is_ident("transparent") {
                of.transparent = true;
                Ok(())
            } else if meta.path.is_ident("tag") {
                of.tag = Some((meta.path.clone(), text(meta)?));
                Ok(())
            } else if meta.path.is_ident("content") {
                of.content = Some(text(meta)?);
                Ok(())
            } else {
                if OPAQUE.iter().any(|word| meta.path.is_ident(word)) {
                    of.opaque.push(meta.path.clone());
                }
                step_over(meta)
            }
        });
        of
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens as _;
    use syn::{DeriveInput, parse_quote};

    fn read(input: &DeriveInput) -> Container {
        Container::from_attrs(&input.attrs)
    }

    #[test]
    fn words() {
        let of = read(&parse_quote! {
            #[serde(tag = "method", content = "with", deny_unknown_fields, bound(serialize = "A: B"), crate = "a::b")]
            #[serde(default = "here::it_is", rename = "Other", expecting = "a payment")]
            enum Payment {}
        });
        assert_eq!(of.tag.map(|(_, tag)| tag).as_deref(), Some("method"));
        assert_eq!(of.content.as_deref(), Some("with"));
        assert_eq!(of.default.as_deref(), Some("here::it_is"));
        assert!(of.deny_unknown_fields && !of.transparent && of.opaque.is_empty());
    }

    #[test]
    fn words_that_hide_the_form() {
        let of = read(&parse_quote! {
            #[serde(from = "String", into = "String", transparent, default)]
            #[serde(untagged, remote = "a::B")]
            struct Code;
        });
        let opaque: Vec<_> = of
            .opaque
            .iter()
            .map(|path| path.to_token_stream().to_string())
            .collect();
        assert_eq!(opaque, ["from", "into", "untagged", "remote"]);
        assert_eq!(of.default.as_deref(), Some(""));
        assert!(of.transparent);
    }
}
