//! Fields under other names.

use super::judge::pairs;

pairs! {
    rename_required: B ["field-renamed"] Fail Fail
        { struct T { a: u8 } }
        { struct T { b: u8 } }

    rename_optional: Policy ["field-renamed"] Ok Ok
        { struct T { a: Option<u8> } }
        { struct T { b: Option<u8> } }

    rename_default: Policy ["field-renamed"] Ok Ok
        { struct T { #[serde(default)] a: u8 } }
        { struct T { #[serde(default)] b: u8 } }

    rename_with_an_alias: B ["field-renamed"] Ok Fail
        { struct T { a: u8 } }
        { struct T { #[serde(alias = "a")] b: u8 } }

    rename_optional_with_an_alias: Policy ["field-renamed"] Ok Ok
        { struct T { a: Option<u8> } }
        { struct T { #[serde(alias = "a")] b: Option<u8> } }

    rename_in_rust_only: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { #[serde(rename = "a")] other: u8 } }

    rename_by_attribute: B ["field-renamed"] Fail Fail
        { struct T { a: u8 } }
        { struct T { #[serde(rename = "b")] a: u8 } }

    rename_that_was_prepared: C [] Ok Ok
        { struct T { #[serde(alias = "b")] a: u8 } }
        { struct T { #[serde(alias = "a")] b: u8 } }

    rename_that_was_prepared_without_the_old_name: B ["alias-removed"] Fail Ok
        { struct T { #[serde(alias = "b")] a: u8 } }
        { struct T { b: u8 } }

    rename_for_writing_alone: B ["field-renamed"] Ok Fail
        { struct T { a: u8 } }
        { struct T { #[serde(rename(serialize = "b"), alias = "b")] a: u8 } }

    /// It no longer reads what it writes itself.
    rename_for_reading_alone: B ["alias-removed"] Fail Ok
        { struct T { a: u8 } }
        { struct T { #[serde(rename(deserialize = "b"))] a: u8 } }

    alias_added: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { #[serde(alias = "b")] a: u8 } }

    alias_removed: Policy ["alias-removed"] Ok Ok
        { struct T { #[serde(alias = "b")] a: u8 } }
        { struct T { a: u8 } }

    rename_all: B ["field-renamed"] Fail Fail
        { struct T { order_id: u8 } }
        { #[serde(rename_all = "camelCase")] struct T { order_id: u8 } }

    rename_all_that_changes_nothing: C [] Ok Ok
        { struct T { id: u8, name: u8 } }
        { #[serde(rename_all = "camelCase")] struct T { id: u8, name: u8 } }

    rename_all_with_names_pinned: C [] Ok Ok
        { struct T { order_id: u8 } }
        { #[serde(rename_all = "camelCase")] struct T { #[serde(rename = "order_id")] order_id: u8 } }

    rename_all_from_one_to_the_same: C [] Ok Ok
        { #[serde(rename_all = "snake_case")] struct T { order_id: u8 } }
        { struct T { order_id: u8 } }

    rename_all_for_writing_alone: B ["field-renamed"] Ok Fail
        { struct T { order_id: u8 } }
        { #[serde(rename_all(serialize = "camelCase"))] struct T { #[serde(alias = "orderId")] order_id: u8 } }

    rename_all_for_reading_alone: C [] Ok Ok
        { struct T { order_id: u8 } }
        { #[serde(rename_all(deserialize = "camelCase"))] struct T { #[serde(alias = "order_id")] order_id: u8 } }

    two_fields_swap_their_names: B ["type-changed"] Fail Fail
        { struct T { a: u8, b: String } }
        { struct T { #[serde(rename = "b")] a: u8, #[serde(rename = "a")] b: String } }

    removed_and_another_type_added: B ["field-removed", "field-required"] Fail Fail
        { struct T { a: u8 } }
        { struct T { b: String } }

    two_of_one_type_renamed: B ["field-removed", "field-required"] Fail Fail
        { struct T { a: u8, b: u8 } }
        { struct T { c: u8, d: u8 } }

    rename_all_in_an_item: B ["field-renamed"] Some Some
        { struct T { lines: Vec<Line> } struct Line { unit_price: u8 } }
        { struct T { lines: Vec<Line> } #[serde(rename_all = "camelCase")] struct Line { unit_price: u8 } }
}
