//! What serde calls a field on the wire.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, LitStr, Token, token};

/// The parts of `#[serde(..)]` that decide names; mistakes in it are serde's to report.
#[derive(Default)]
pub(crate) struct Serde {
    rename: Option<String>,
    rename_all: Option<String>,
    /// Never written.
    pub(crate) skip: bool,
}

impl Serde {
    pub(crate) fn from_attrs(attrs: &[Attribute]) -> Self {
        let mut serde = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            let _ = attr.parse_nested_meta(|meta| serde.read(&meta));
        }
        serde
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if meta.path.is_ident("rename") {
            self.rename = written(meta)?;
        } else if meta.path.is_ident("rename_all") {
            self.rename_all = written(meta)?;
        } else {
            self.skip |= meta.path.is_ident("skip") || meta.path.is_ident("skip_serializing");
            step_over(meta)?;
        }
        Ok(())
    }

    /// The name of `field` on the wire; `self` are the attributes of its struct.
    pub(crate) fn name_of(&self, field: &Ident, attrs: &Self) -> String {
        let plain = field.unraw().to_string();
        match (&attrs.rename, &self.rename_all) {
            (Some(name), _) => name.clone(),
            (None, Some(rule)) => apply(rule, &plain),
            (None, None) => plain,
        }
    }
}

/// `= "name"` or `(serialize = "name", ..)`.
fn written(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<String>> {
    if meta.input.peek(Token![=]) {
        return Ok(Some(meta.value()?.parse::<LitStr>()?.value()));
    }
    let mut name = None;
    meta.parse_nested_meta(|meta| {
        let value = meta.value()?.parse::<LitStr>()?.value();
        if meta.path.is_ident("serialize") {
            name = Some(value);
        }
        Ok(())
    })?;
    Ok(name)
}

fn step_over(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(token::Paren) {
        meta.input.parse::<proc_macro2::Group>()?;
    }
    Ok(())
}

/// serde's rules for fields, which are in snake case to begin with.
fn apply(rule: &str, field: &str) -> String {
    let pascal = || field.split('_').map(capital).collect::<String>();
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => field.to_ascii_uppercase(),
        "PascalCase" => pascal(),
        "camelCase" => {
            let pascal = pascal();
            pascal.get(..1).map_or(String::new(), str::to_ascii_lowercase) + pascal.get(1..).unwrap_or_default()
        }
        "kebab-case" => field.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => field.to_ascii_uppercase().replace('_', "-"),
        _ => field.to_owned(),
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{ItemStruct, parse_quote};

    fn names(item: &ItemStruct) -> Vec<String> {
        let serde = Serde::from_attrs(&item.attrs);
        let name = |field: &syn::Field| serde.name_of(field.ident.as_ref().unwrap(), &Serde::from_attrs(&field.attrs));
        item.fields.iter().map(name).collect()
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
            ["order_id", "type"]
        );
        assert_eq!(
            names(&parse_quote! {
                #[serde(deny_unknown_fields, bound = "", rename_all = "camelCase")]
                struct A { order_id: u8, #[serde(default, rename = "TOTAL")] total_cents: u8 }
            }),
            ["orderId", "TOTAL"]
        );
        assert_eq!(
            names(&parse_quote! {
                #[serde(rename_all(serialize = "SCREAMING-KEBAB-CASE", deserialize = "lowercase"))]
                struct A { order_id: u8, #[serde(rename(deserialize = "x"))] a_b: u8 }
            }),
            ["ORDER-ID", "A-B"]
        );
    }

    #[test]
    fn rules() {
        for (rule, name) in [
            ("lowercase", "order_id"),
            ("UPPERCASE", "ORDER_ID"),
            ("PascalCase", "OrderId"),
            ("camelCase", "orderId"),
            ("snake_case", "order_id"),
            ("SCREAMING_SNAKE_CASE", "ORDER_ID"),
            ("kebab-case", "order-id"),
            ("SCREAMING-KEBAB-CASE", "ORDER-ID"),
        ] {
            assert_eq!(apply(rule, "order_id"), name, "{rule}");
        }
    }
}
