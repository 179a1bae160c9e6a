//! Files that the scaffolds start from, with `{{name}}` where something is filled in.

/// `template` with each `{{name}}` replaced.
///
/// The templates are ours, and a test fills in every one of them: a name without a value stays as it is.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let value = after.split_once("}}").and_then(|(name, after)| {
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (value, after))
        });
        match value {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => {
                text.push_str("{{");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_not_looked_into() {
        let values = [("a", "{{b}}"), ("b", "x")];
        assert_eq!(fill("1 {{a}} 2 {{b}} {{c}} {{", &values), "1 {{b}} 2 x {{c}} {{");
    }
}
