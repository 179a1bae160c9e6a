//! What a consumer elsewhere reads of a contract.

use super::judge::{views, views_of_versions};

views! {
    some_fields: [] Ok
        { struct T { a: u8, b: String, c: Option<u8> } }
        { struct T { b: String } }

    unknown_field: ["field-unknown"] Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: Option<u8> } }

    unknown_required_field: ["field-unknown"] Fail
        { struct T { a: u8 } }
        { struct T { a: u8, b: u8 } }

    wrong_type: ["type-changed"] Fail
        { struct T { a: u8 } }
        { struct T { a: String } }

    narrower: ["number-changed"] Some
        { struct T { a: i64 } }
        { struct T { a: i32 } }

    wider: [] Ok
        { struct T { a: i32 } }
        { struct T { a: i64 } }

    any_text_for_a_form: [] Ok
        { struct T { a: Uuid, b: DateTime<Utc>, c: Decimal } }
        { struct T { a: String, b: String, c: String } }

    anything: [] Ok
        { struct T { a: Vec<Line> } struct Line { a: u8 } }
        { struct T { a: Value } }

    required_though_it_may_be_absent: ["absence-refused"] Some
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
        { struct T { a: u8 } }

    required_though_it_may_be_null: ["absence-refused"] Some
        { struct T { a: Option<u8> } }
        { struct T { a: u8 } }

    default_though_it_may_be_null: ["null-refused"] Some
        { struct T { a: Option<u8> } }
        { struct T { #[serde(default)] a: u8 } }

    default_for_what_may_be_absent: [] Ok
        { struct T { #[serde(default, skip_serializing_if = "is_zero")] a: u8 } }
        { struct T { #[serde(default)] a: u8 } }

    optional_for_what_is_required: [] Ok
        { struct T { a: u8 } }
        { struct T { a: Option<u8> } }

    denies: ["unknown-refused"] Ok
        { struct T { a: u8 } }
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }

    denies_what_it_leaves_out: ["unknown-refused"] Fail
        { struct T { a: u8, b: u8 } }
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }

    lacks_a_variant: ["catch-all-missing"] Some
        { enum T { A, B } }
        { enum T { A } }

    catches_a_variant: [] Lost
        { enum T { A, B } }
        { enum T { A, #[serde(other)] Other } }

    catches_no_variant_with_data: ["catch-all-missing"] Some
        { enum T { A, B(u8) } }
        { enum T { A, #[serde(other)] Other } }

    catches_a_variant_with_data_beside_a_tag: [] Lost
        { #[serde(tag = "t")] enum T { A, B { c: u8 } } }
        { #[serde(tag = "t")] enum T { A, #[serde(other)] Other } }

    open_without_a_catch_all: ["catch-all-missing"] Ok
        { #[schema(open)] enum T { A } }
        { enum T { A } }

    open_with_a_catch_all: [] Ok
        { #[schema(open)] enum T { A } }
        { enum T { A, #[serde(other)] Other } }

    more_variants_than_there_are: [] Ok
        { enum T { A } }
        { enum T { A, B } }

    string_for_a_plain_enum: [] Ok
        { struct T { a: E } enum E { A, B } }
        { struct T { a: String } }

    nested_and_narrowed: ["absence-refused"] Some
        { struct T { a: Vec<Line> } struct Line { a: u8, #[serde(default, skip_serializing_if = "is_zero")] b: u8 } }
        { struct T { a: Vec<Line> } struct Line { b: u8 } }

    other_name_through_an_alias: [] Ok
        { struct T { a: u8 } }
        { struct T { #[serde(alias = "a")] mine: u8 } }

    flattened: [] Ok
        { struct T { a: u8, b: u8 } }
        { struct T { #[serde(flatten)] part: Part } struct Part { b: u8 } }
}

views! {
    list_for_an_array_and_a_tuple: [] Ok
        { struct T { a: [u8; 3], b: (u8, u8), c: BTreeSet<u8> } }
        { struct T { a: Vec<u8>, b: Vec<u8>, c: Vec<u8> } }

    set_for_a_list: ["repeats-dropped"] Lost
        { struct T { a: Vec<u8> } }
        { struct T { a: BTreeSet<u8> } }

    text_keys_for_any: [] Ok
        { struct T { a: BTreeMap<Uuid, u8>, b: BTreeMap<u32, u8> } }
        { struct T { a: BTreeMap<String, u8>, b: HashMap<String, u8> } }

    float_for_a_small_number: [] Ok
        { struct T { a: u32, b: f32 } }
        { struct T { a: f64, b: f32 } }

    float_for_a_large_number: ["number-changed"] Lost
        { struct T { a: u64 } }
        { struct T { a: f64 } }

    decimal_for_a_whole_number: [] Lost
        { struct T { a: u8 } }
        { struct T { a: Decimal } }

    map_for_an_object: [] Ok
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: BTreeMap<String, Option<Value>> } }

    optional_part: [] Ok
        { struct T { a: Inner } struct Inner { b: u8, c: u8 } }
        { struct T { a: Option<Inner> } struct Inner { c: Option<u16> } }

    array_of_another_length: ["length-changed"] Fail
        { struct T { a: [u8; 3] } }
        { struct T { a: [u8; 2] } }
}

views_of_versions! {
    optional_that_only_one_has:
        { struct T { a: u8, b: Option<u8> } }
        [] Ok { struct T { a: u8, b: u8 } }
        [] Ok { struct T { a: u8 } }

    default_that_only_one_has:
        { struct T { a: u8, #[serde(default)] b: u8 } }
        [] Ok { struct T { a: u8 } }
        [] Ok { struct T { a: u8, b: u8 } }

    required_though_only_one_has_it:
        { struct T { a: u8, b: u8 } }
        [] Ok { struct T { a: u8, b: u8 } }
        ["absence-refused"] Fail { struct T { a: u8 } }

    required_in_all:
        { struct T { a: u8 } }
        [] Ok { struct T { a: u8 } }
        [] Ok { struct T { a: u8, b: u8 } }

    optional_that_none_has:
        { struct T { a: u8, c: Option<u8> } }
        ["field-unknown"] Ok { struct T { a: u8, b: u8 } }
        ["field-unknown"] Ok { struct T { a: u8 } }

    /// Present everywhere, but of another type in one.
    of_two_types:
        { struct T { a: Option<u8> } }
        [] Ok { struct T { a: u8 } }
        ["type-changed"] Fail { struct T { a: String } }

    /// What is inside of a part counts only where the part is.
    part_that_only_one_has:
        { struct T { a: u8, part: Option<Part> } struct Part { b: u8, c: Option<u8> } }
        [] Ok { struct T { a: u8, part: Part } struct Part { b: u8, c: u8 } }
        [] Ok { struct T { a: u8 } }

    field_of_a_part_that_none_has:
        { struct T { a: u8, part: Option<Part> } struct Part { b: u8, d: Option<u8> } }
        ["field-unknown"] Ok { struct T { a: u8, part: Part } struct Part { b: u8 } }
        [] Ok { struct T { a: u8 } }

    field_of_an_item_that_only_one_has:
        { struct T { lines: Vec<Line> } struct Line { a: u8, b: Option<u8> } }
        [] Ok { struct T { lines: Vec<Line> } struct Line { a: u8, b: u8 } }
        [] Ok { struct T { lines: Vec<Line> } struct Line { a: u8 } }
}
