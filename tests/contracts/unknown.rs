//! `deny_unknown_fields` and flattening.

use super::judge::pairs;

pairs! {
    deny_added: W ["unknown-refused-from-now-on"] Ok Ok
        { struct T { a: u8 } }
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }

    deny_removed: C [] Ok Ok
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { struct T { a: u8 } }

    deny_kept: C [] Ok Ok
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }

    add_optional_while_denied: B ["unknown-refused"] Ok Fail
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { struct T { a: u8, b: Option<u8> } }

    add_skipped_while_denied: B ["unknown-refused"] Ok Some
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { struct T { a: u8, #[serde(skip_serializing_if = "Option::is_none")] b: Option<u8> } }

    add_never_written_while_denied: C [] Ok Ok
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { #[serde(deny_unknown_fields)] struct T { a: u8, #[serde(skip_serializing)] b: Option<u8> } }

    remove_while_denying: B ["field-removed", "unknown-refused-from-now-on"] Fail Ok
        { struct T { a: u8, b: Option<u8> } }
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }

    add_catch_all_while_denied: B ["unknown-refused"] Ok Some
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { struct T { a: u8, #[serde(flatten)] rest: BTreeMap<String, Value> } }

    remove_catch_all: C [] Ok Ok
        { struct T { a: u8, #[serde(flatten)] rest: BTreeMap<String, Value> } }
        { struct T { a: u8 } }

    inline_to_flattened: C [] Ok Ok
        { struct T { a: u8, b: String, c: Option<u8> } }
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String, c: Option<u8> } }

    flattened_to_inline: C [] Ok Ok
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String } }
        { struct T { a: u8, b: String } }

    nested_to_flattened: B ["field-removed", "field-required"] Fail Fail
        { struct T { rest: Rest } struct Rest { b: String } }
        { struct T { #[serde(flatten)] rest: Rest } struct Rest { b: String } }

    flattened_gets_an_optional: C [] Ok Ok
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String } }
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String, c: Option<u8> } }

    flattened_gets_a_required: B ["field-required"] Fail Ok
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String } }
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String, c: u8 } }

    flattened_in_flattened: C [] Ok Ok
        { struct T { a: u8, b: u8, c: u8 } }
        { struct T { #[serde(flatten)] one: One, a: u8 } struct One { b: u8, #[serde(flatten)] two: Two } struct Two { c: u8 } }

    flattened_loses_a_field: B ["field-removed"] Ok Fail
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String, c: u8 } }
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: String } }

    deny_in_a_nested_type: W ["unknown-refused-from-now-on"] Ok Ok
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: Inner } #[serde(deny_unknown_fields)] struct Inner { b: u8 } }

    optional_beside_a_catch_all: C [] Ok Ok
        { struct T { a: u8, #[serde(flatten)] rest: BTreeMap<String, Value> } }
        { struct T { a: u8, b: Option<u8>, #[serde(flatten)] rest: BTreeMap<String, Value> } }

    optional_into_a_catch_all: Policy ["field-removed"] Ok Ok
        { struct T { a: u8, b: Option<u8>, #[serde(flatten)] rest: BTreeMap<String, Value> } }
        { struct T { a: u8, #[serde(flatten)] rest: BTreeMap<String, Value> } }
}
