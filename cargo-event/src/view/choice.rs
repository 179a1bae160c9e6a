use super::{DERIVES, Writer};
use crate::name;
use event_contract::{Choice, Shape, Tagging, Variant};
use std::fmt::Write as _;

impl Writer {
    /// The enum that reads a choice.
    pub(super) fn choice(&mut self, choice: &Choice, name: &str, path: &str) -> String {
        let tagging = match choice.tagging {
            Tagging::External => String::new(),
            Tagging::Internal(tag) => format!("#[serde(tag = {tag:?})]\n"),
            Tagging::Adjacent(tag, content) => format!("#[serde(tag = {tag:?}, content = {content:?})]\n"),
        };
        let mut variants: Vec<_> = choice
            .variants
            .iter()
            .filter(|variant| !variant.never_written)
            .collect();
        variants.sort_by_key(|variant| variant.name);
        let mut text = format!("/// In the event: `{path}`.\n{DERIVES}\n{tagging}pub enum {name} {{\n");
        let mut caught = false;
        for variant in variants {
            let ident = name::type_name(variant.name);
            _ = writeln!(text, "    /// `{}`.", variant.name);
            if ident != variant.name {
                _ = writeln!(text, "    #[serde(rename = {:?})]", variant.name);
            }
            if variant.catch_all {
                caught = true;
                text.push_str("    #[serde(other)]\n");
            }
            _ = writeln!(text, "    {ident}{},", self.content(variant, path));
        }
        // Variants may come later.
        if !caught && catches(choice) {
            let taken = choice
                .variants
                .iter()
                .any(|variant| name::type_name(variant.name) == "Other");
            let ident = if taken { "AnyOther" } else { "Other" };
            _ = writeln!(
                text,
                "    /// One that is not known here.\n    #[serde(other)]\n    {ident},"
            );
        }
        text.push_str("}\n");
        text
    }

    fn content(&mut self, variant: &Variant, path: &str) -> String {
        let path = format!("{path}({}).", variant.name);
        match &variant.content {
            None => String::new(),
            Some(Shape::Object(object)) => format!(" {{\n{}}}", self.fields(object, &path, "")),
            Some(Shape::Tuple(parts)) => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|part| self.rust(part, &path).unwrap_or_else(|_| "()".to_owned()))
                    .collect();
                format!("({})", parts.join(", "))
            }
            Some(shape) => format!("({})", self.rust(shape, &path).unwrap_or_else(|_| "()".to_owned())),
        }
    }
}

/// Whether `#[serde(other)]` can catch variants that come later: beside data, only behind an internal tag.
pub(super) fn catches(choice: &Choice) -> bool {
    choice.is_plain() || matches!(choice.tagging, Tagging::Internal(_))
}
