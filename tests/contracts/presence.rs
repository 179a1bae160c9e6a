//! Absence, `null` and defaults.

use super::judge::pairs;

pairs! {
    required_to_optional: B ["null-refused"] Ok Some
        { struct T { a: u8 } }
        { struct T { a: Option<u8> } }

    required_to_optional_that_is_skipped: B ["absence-refused"] Ok Some
        { struct T { a: u8 } }
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }

    optional_to_required: B ["absence-refused"] Some Ok
        { struct T { a: Option<u8> } }
        { struct T { a: u8 } }

    optional_to_default: B ["null-refused"] Some Ok
        { struct T { a: Option<u8> } }
        { struct T { #[serde(default)] a: u8 } }

    optional_that_is_skipped_to_default: C [] Ok Ok
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
        { struct T { #[serde(default)] a: u8 } }

    optional_that_is_skipped_to_required: B ["absence-refused"] Some Ok
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
        { struct T { a: u8 } }

    default_to_optional: B ["null-refused"] Ok Some
        { struct T { #[serde(default)] a: u8 } }
        { struct T { a: Option<u8> } }

    default_to_optional_that_is_skipped: W ["none-becomes-default"] Ok Ok
        { struct T { #[serde(default)] a: u8 } }
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }

    optional_with_default_to_optional: C [] Ok Ok
        { struct T { #[serde(default)] a: Option<u8> } }
        { struct T { a: Option<u8> } }

    optional_starts_to_be_skipped: C [] Ok Ok
        { struct T { a: Option<u8> } }
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }

    optional_is_no_longer_skipped: C [] Ok Ok
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
        { struct T { a: Option<u8> } }

    default_added: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { #[serde(default)] a: u8 } }

    default_of_the_container_added: C [] Ok Ok
        { #[derive(Default)] struct T { a: u8 } }
        { #[derive(Default)] #[serde(default)] struct T { a: u8 } }

    /// The contract takes a default that was there from the start as the word that the field may be absent.
    default_removed: Policy ["absence-refused"] Ok Ok
        { struct T { #[serde(default)] a: u8 } }
        { struct T { a: u8 } }

    default_of_the_container_moves_to_the_fields: C [] Ok Ok
        { #[derive(Default)] #[serde(default)] struct T { a: u8, b: u8 } }
        { struct T { #[serde(default)] a: u8, #[serde(default)] b: u8 } }

    default_changed: W ["default-changed"] Ok Ok
        { struct T { #[serde(default = "five")] a: u8 } }
        { struct T { #[serde(default = "six")] a: u8 } }

    default_becomes_a_function: W ["default-changed"] Ok Ok
        { struct T { #[serde(default)] a: u8 } }
        { struct T { #[serde(default = "five")] a: u8 } }

    default_starts_to_be_skipped: C [] Ok Ok
        { struct T { #[serde(default)] a: u8 } }
        { struct T { #[serde(default, skip_serializing_if = "is_zero")] a: u8 } }

    required_starts_to_be_skipped: B ["absence-refused"] Ok Some
        { struct T { a: u8 } }
        { struct T { #[serde(default, skip_serializing_if = "skips")] a: u8 } }

    optional_in_a_newtype_to_optional: C [] Ok Ok
        { struct T { a: M } struct M(Option<u8>); }
        { struct T { a: Option<u8> } }

    optional_to_optional_in_a_newtype: Policy ["absence-refused"] Ok Ok
        { struct T { a: Option<u8> } }
        { struct T { a: M } struct M(Option<u8>); }

    optional_gets_a_function: Policy ["absence-refused"] Ok Ok
        { struct T { a: Option<u8> } }
        { struct T { #[serde(with = "through")] #[schema(wire = "Option<u8>")] a: Option<u8> } }

    /// The `Option` around it does not make an error inside into `None`.
    nested_field_of_an_optional: B ["field-required"] Some Ok
        { struct T { a: Option<Inner> } struct Inner { b: u8 } }
        { struct T { a: Option<Inner> } struct Inner { b: u8, c: u8 } }

    nested_optional: B ["null-refused"] Ok Some
        { struct T { a: Vec<Inner> } struct Inner { b: u8 } }
        { struct T { a: Vec<Inner> } struct Inner { b: Option<u8> } }

    unit_to_optional_unit: C [] Ok Ok
        { struct T { a: () } }
        { struct T { #[serde(default)] a: () } }
}
