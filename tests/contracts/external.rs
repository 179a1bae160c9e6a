//! Enums as serde writes them without attributes: `"unit"` or `{"name": content}`.

use super::judge::pairs;

pairs! {
    plain_widened: W ["enum-widened"] Ok Some
        { struct T { a: E } enum E { A } }
        { struct T { a: E } enum E { A, B } }

    widened_by_data: W ["enum-widened"] Ok Some
        { enum T { A(u8) } }
        { enum T { A(u8), B(u8) } }

    widened_by_a_struct: W ["enum-widened"] Ok Some
        { enum T { A { b: u8 } } }
        { enum T { A { b: u8 }, B { c: u8 } } }

    open_widened: Open [] Ok Some
        { #[schema(open)] enum T { A } }
        { #[schema(open)] enum T { A, B } }

    widened_with_a_catch_all: C [] Ok Lost
        { enum T { A, #[serde(other)] Other } }
        { enum T { A, B, #[serde(other)] Other } }

    /// The catch-all takes names, and no content.
    widened_by_data_with_a_catch_all: W ["enum-widened"] Ok Some
        { enum T { A, #[serde(other)] Other } }
        { enum T { A, B(u8), #[serde(other)] Other } }

    removed: B ["variant-removed"] Some Ok
        { enum T { A, B } }
        { enum T { A } }

    removed_data: B ["variant-removed"] Some Ok
        { enum T { A(u8), B(String) } }
        { enum T { A(u8) } }

    skipped: B ["variant-removed"] Some Ok
        { enum T { A, B } }
        { #[allow(unused)] enum T { A, #[serde(skip)] B } }

    never_read: B ["variant-removed"] Some Ok
        { enum T { A, B } }
        { #[allow(unused)] enum T { A, #[serde(skip_deserializing)] B } }

    renamed: B ["variant-renamed"] Fail Fail
        { enum T { A } }
        { enum T { B } }

    renamed_one_of_two: B ["variant-renamed"] Some Some
        { enum T { A, B } }
        { enum T { A, C } }

    /// What is written again has the new name.
    renamed_with_an_alias: B ["variant-renamed"] Lost Fail
        { enum T { A } }
        { enum T { #[serde(alias = "A")] B } }

    renamed_in_rust_only: C [] Ok Ok
        { enum T { A, B } }
        { enum T { #[serde(rename = "A")] First, #[serde(rename = "B")] Second } }

    rename_that_was_prepared: C [] Lost Lost
        { enum T { #[serde(alias = "B")] A } }
        { enum T { #[serde(alias = "A")] B } }

    alias_added: C [] Ok Ok
        { enum T { A } }
        { enum T { #[serde(alias = "a")] A } }

    alias_removed: Policy ["alias-removed"] Ok Ok
        { enum T { #[serde(alias = "a")] A } }
        { enum T { A } }

    rename_all: B ["enum-widened", "variant-removed"] Fail Fail
        { enum T { FirstOne, SecondOne } }
        { #[serde(rename_all = "snake_case")] enum T { FirstOne, SecondOne } }

    rename_all_that_changes_nothing: C [] Ok Ok
        { enum T { First, Second } }
        { #[serde(rename_all = "PascalCase")] enum T { First, Second } }

    rename_all_of_the_fields: B ["field-renamed"] Fail Fail
        { enum T { A { order_id: u8 } } }
        { #[serde(rename_all_fields = "camelCase")] enum T { A { order_id: u8 } } }

    reordered: C [] Ok Ok
        { enum T { A, B, C(u8) } }
        { enum T { C(u8), B, A } }

    numbered: C [] Ok Ok
        { enum T { A, B } }
        { enum T { A = 7, B = 3 } }

    optional_field_added: C [] Ok Ok
        { enum T { A { b: u8 } } }
        { enum T { A { b: u8, c: Option<u8> } } }

    required_field_added: B ["field-required"] Fail Ok
        { enum T { A { b: u8 } } }
        { enum T { A { b: u8, c: u8 } } }

    field_removed: B ["field-removed"] Ok Fail
        { enum T { A { b: u8, c: u8 } } }
        { enum T { A { b: u8 } } }

    unit_to_optional_fields: B ["variant-changed"] Fail Fail
        { enum T { A } }
        { enum T { A { b: Option<u8> } } }

    unit_to_optional: B ["variant-changed"] Fail Some
        { enum T { A } }
        { enum T { A(Option<u8>) } }

    newtype_to_struct: B ["type-changed"] Fail Fail
        { enum T { A(u8) } }
        { enum T { A { b: u8 } } }

    newtype_of_a_struct_to_struct: C [] Ok Ok
        { enum T { A(Inner) } struct Inner { b: u8, c: Option<u8> } }
        { enum T { A { b: u8, c: Option<u8> } } }

    struct_to_newtype_of_a_struct: C [] Ok Ok
        { enum T { A { b: u8 } } }
        { enum T { A(Inner) } struct Inner { b: u8 } }

    tuple_longer: B ["length-changed"] Fail Fail
        { enum T { A(u8, u8) } }
        { enum T { A(u8, u8, u8) } }

    content_retyped: B ["number-changed"] Ok Some
        { enum T { A(u8), B } }
        { enum T { A(u16), B } }

    boxed_content: C [] Ok Ok
        { enum T { A(u8) } }
        { enum T { A(Box<u8>) } }

    tagged: B ["tagging-changed"] Fail Fail
        { enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A { b: u8 } } }

    catch_all_added: C [] Ok Ok
        { enum T { A, B } }
        { enum T { A, #[serde(other)] B } }

    catch_all_lost: W ["catch-all-lost"] Ok Ok
        { enum T { A, #[serde(other)] B } }
        { enum T { A, B } }

    enum_to_string: B ["type-changed"] Ok Some
        { struct T { a: E } enum E { A, B } }
        { struct T { a: String } }

    string_to_enum: B ["type-changed"] Some Ok
        { struct T { a: String } }
        { struct T { a: E } enum E { A } }

    optional_around: B ["null-refused"] Ok Some
        { struct T { a: E } enum E { A } }
        { struct T { a: Option<E> } enum E { A } }

    denies_in_the_variants: W ["unknown-refused-from-now-on"] Ok Ok
        { enum T { A { b: u8 } } }
        { #[serde(deny_unknown_fields)] enum T { A { b: u8 } } }

    content_left_out: C [] Ok Ok
        { enum T { A, B } }
        { enum T { A(#[serde(skip)] u8), B } }

    fields_left_out: B ["variant-changed"] Some Some
        { enum T { A, B } }
        { enum T { A { #[serde(skip)] b: u8 }, B } }

    part_of_the_content_left_out: C [] Ok Ok
        { enum T { A(u8, u8) } }
        { enum T { A(u8, #[serde(skip)] String, u8) } }

    unit_to_nothing_inside: B ["variant-changed"] Some Lost
        { enum T { A, B } }
        { enum T { A(()), B } }
}
