//! Fields that come and go, and the order they stand in.

use super::judge::pairs;

pairs! {
    add_optional: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: Option<u8> } }

    add_optional_through_an_alias: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: Maybe } }

    add_optional_in_a_box: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: Box<Option<u8>> } }

    add_optional_behind_transparent: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: M } #[serde(transparent)] struct M { inner: Option<u8> } }

    /// serde asks the newtype, not the `Option` in it.
    add_optional_in_a_newtype: B ["field-required"] Fail Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: M } struct M(Option<u8>); }

    add_optional_in_a_newtype_with_default: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(default)] b: M } #[derive(Default)] struct M(Option<u8>); }

    add_optional_that_is_skipped: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(skip_serializing_if = "Option::is_none")] b: Option<u8> } }

    add_optional_read_by_a_function: B ["field-required"] Fail Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(with = "through")] #[schema(wire = "Option<u8>")] b: Option<u8> } }

    add_optional_read_by_a_function_with_default: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(default, deserialize_with = "through::deserialize")] #[schema(wire = "Option<u8>")] b: Option<u8> } }

    add_optional_written_by_a_function: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(serialize_with = "through::serialize")] #[schema(wire = "Option<u8>")] b: Option<u8> } }

    add_default: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(default)] b: u8 } }

    add_default_of_a_function: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(default = "five")] b: u8 } }

    add_under_a_default_of_the_container: C [] Ok Ok
        { #[derive(Default)] #[serde(default)] struct T { a: u8 } }
        { #[derive(Default)] #[serde(default)] struct T { a: u8, b: u8 } }

    add_default_that_is_skipped: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(default, skip_serializing_if = "is_zero")] b: u8 } }

    add_required: B ["field-required"] Fail Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: u8 } }

    add_required_list: B ["field-required"] Fail Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: Vec<u8> } }

    add_required_unit: B ["field-required"] Fail Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: () } }

    add_required_value: B ["field-required"] Fail Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: Value } }

    add_catch_all_map: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(flatten)] rest: BTreeMap<String, Value> } }

    add_to_nothing: C [] Ok Ok
        { struct T {} }
        { struct T { a: Option<u8> } }

    remove_required: B ["field-removed"] Ok Fail
        { struct T { a: u8, b: u8 } }
        { struct T { a: u8 } }

    remove_optional: Policy ["field-removed"] Ok Ok
        { struct T { a: u8, b: Option<u8> } }
        { struct T { a: u8 } }

    remove_default: Policy ["field-removed"] Ok Ok
        { struct T { a: u8, #[serde(default)] b: u8 } }
        { struct T { a: u8 } }

    remove_several: B ["field-removed"] Ok Fail
        { struct T { a: u8, b: u8, c: String } }
        { struct T { a: u8 } }

    skip: B ["field-removed"] Ok Fail
        { struct T { a: u8, b: u8 } }
        { struct T { a: u8, #[serde(skip)] b: u8 } }

    skip_optional: Policy ["field-removed"] Ok Ok
        { struct T { a: u8, b: Option<u8> } }
        { struct T { a: u8, #[serde(skip)] b: Option<u8> } }

    skip_serializing: B ["field-removed"] Ok Fail
        { struct T { a: u8, b: u8 } }
        { struct T { a: u8, #[serde(default, skip_serializing)] b: u8 } }

    skip_serializing_optional: Policy ["field-removed"] Ok Ok
        { struct T { a: u8, b: Option<u8> } }
        { struct T { a: u8, #[serde(skip_serializing)] b: Option<u8> } }

    skip_deserializing: B ["field-unread"] Lost Ok
        { struct T { a: u8, b: u8 } }
        { struct T { a: u8, #[serde(skip_deserializing)] b: u8 } }

    skip_serializing_from_the_start: C [] Ok Ok
        { struct T { a: u8, #[serde(skip_serializing)] b: Option<u8> } }
        { struct T { a: u8, b: Option<u8> } }

    reorder: C [] Ok Ok
        { struct T { a: u8, b: String, c: Option<u8> } }
        { struct T { c: Option<u8>, b: String, a: u8 } }

    rename_of_the_container: C [] Ok Ok
        { struct T { a: u8 } }
        { #[serde(rename = "Other")] struct T { a: u8 } }

    other_name_of_the_type: C [] Ok Ok
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: Other } struct Other { b: u8 } }

    documentation: C [] Ok Ok
        { struct T { a: u8 } }
        { /** Now with words. */ struct T { /** And here. */ pub a: u8 } }
}
