//! Enums with a tag: inside of the content, and beside it.

use super::judge::pairs;

pairs! {
    widened: W ["enum-widened"] Ok Some
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A { b: u8 }, B { c: u8 } } }

    /// Beside an internal tag, the catch-all takes variants with data too.
    widened_by_data_with_a_catch_all: C [] Ok Lost
        { #[serde(tag = "t")] enum T { A, #[serde(other)] Other } }
        { #[serde(tag = "t")] enum T { A, B { c: u8 }, #[serde(other)] Other } }

    open_widened: Open [] Ok Some
        { #[serde(tag = "t")] #[schema(open)] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] #[schema(open)] enum T { A { b: u8 }, B { c: u8 } } }

    removed: B ["variant-removed"] Some Ok
        { #[serde(tag = "t")] enum T { A, B { c: u8 } } }
        { #[serde(tag = "t")] enum T { A } }

    renamed: B ["variant-renamed"] Fail Fail
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { B { b: u8 } } }

    renamed_with_an_alias: B ["variant-renamed"] Lost Fail
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { #[serde(alias = "A")] B { b: u8 } } }

    reordered: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A { b: u8 }, B } }
        { #[serde(tag = "t")] enum T { B, A { b: u8 } } }

    optional_field_added: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A { b: u8, c: Option<u8> } } }

    required_field_added: B ["field-required"] Fail Ok
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A { b: u8, c: u8 } } }

    unit_to_optional_fields: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A } }
        { #[serde(tag = "t")] enum T { A { b: Option<u8> } } }

    unit_to_required_fields: B ["field-required"] Fail Ok
        { #[serde(tag = "t")] enum T { A } }
        { #[serde(tag = "t")] enum T { A { b: u8 } } }

    optional_fields_to_unit: Policy ["field-removed"] Ok Ok
        { #[serde(tag = "t")] enum T { A { b: Option<u8> } } }
        { #[serde(tag = "t")] enum T { A } }

    required_fields_to_unit: B ["field-removed"] Ok Fail
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A } }

    newtype_of_a_struct_to_struct: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A(Inner) } struct Inner { b: u8 } }
        { #[serde(tag = "t")] enum T { A { b: u8 } } }

    other_tag: B ["tagging-changed"] Fail Fail
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "kind")] enum T { A { b: u8 } } }

    to_adjacent: B ["tagging-changed"] Fail Fail
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8 } } }

    plain_to_adjacent: B ["tagging-changed"] Fail Fail
        { enum T { A } }
        { #[serde(tag = "t", content = "c")] enum T { A } }

    catch_all_added: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A { b: u8 }, B } }
        { #[serde(tag = "t")] enum T { A { b: u8 }, #[serde(other)] B } }

    catch_all_lost: W ["catch-all-lost"] Ok Ok
        { #[serde(tag = "t")] enum T { A { b: u8 }, #[serde(other)] B } }
        { #[serde(tag = "t")] enum T { A { b: u8 }, B } }

    content_retyped: B ["number-changed"] Ok Some
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A { b: u16 } } }

    rename_all: B ["variant-renamed"] Fail Fail
        { #[serde(tag = "t")] enum T { First } }
        { #[serde(tag = "t", rename_all = "lowercase")] enum T { First } }

    nested_in_a_list: W ["enum-widened"] Ok Some
        { struct T { all: Vec<E> } #[serde(tag = "t")] enum E { A { b: u8 } } }
        { struct T { all: Vec<E> } #[serde(tag = "t")] enum E { A { b: u8 }, B { b: u8 } } }

    adjacent_widened: W ["enum-widened"] Ok Some
        { #[serde(tag = "t", content = "c")] enum T { A(u8) } }
        { #[serde(tag = "t", content = "c")] enum T { A(u8), B(u8) } }

    adjacent_widened_with_a_catch_all: C [] Ok Lost
        { #[serde(tag = "t", content = "c")] enum T { A(u8), #[serde(other)] Other } }
        { #[serde(tag = "t", content = "c")] enum T { A(u8), B, #[serde(other)] Other } }

    adjacent_widened_by_data_with_a_catch_all: W ["enum-widened"] Ok Some
        { #[serde(tag = "t", content = "c")] enum T { A(u8), #[serde(other)] Other } }
        { #[serde(tag = "t", content = "c")] enum T { A(u8), B(u8), #[serde(other)] Other } }

    adjacent_removed: B ["variant-removed"] Some Ok
        { #[serde(tag = "t", content = "c")] enum T { A(u8), B } }
        { #[serde(tag = "t", content = "c")] enum T { A(u8) } }

    adjacent_renamed: B ["variant-renamed"] Fail Fail
        { #[serde(tag = "t", content = "c")] enum T { A(u8) } }
        { #[serde(tag = "t", content = "c")] enum T { B(u8) } }

    adjacent_optional_field_added: C [] Ok Ok
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8 } } }
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8, c: Option<u8> } } }

    adjacent_required_field_added: B ["field-required"] Fail Ok
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8 } } }
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8, c: u8 } } }

    adjacent_unit_to_optional_fields: B ["variant-changed"] Fail Fail
        { #[serde(tag = "t", content = "c")] enum T { A } }
        { #[serde(tag = "t", content = "c")] enum T { A { b: Option<u8> } } }

    adjacent_unit_to_optional: B ["variant-changed"] Ok Some
        { #[serde(tag = "t", content = "c")] enum T { A } }
        { #[serde(tag = "t", content = "c")] enum T { A(Option<u8>) } }

    adjacent_newtype_to_struct: B ["type-changed"] Fail Fail
        { #[serde(tag = "t", content = "c")] enum T { A(u8) } }
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8 } } }

    adjacent_newtype_of_a_struct_to_struct: C [] Ok Ok
        { #[serde(tag = "t", content = "c")] enum T { A(Inner) } struct Inner { b: u8 } }
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8 } } }

    adjacent_other_content: B ["tagging-changed"] Fail Fail
        { #[serde(tag = "t", content = "c")] enum T { A(u8) } }
        { #[serde(tag = "t", content = "data")] enum T { A(u8) } }

    adjacent_to_internal: B ["tagging-changed"] Fail Fail
        { #[serde(tag = "t", content = "c")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A { b: u8 } } }

    adjacent_content_retyped: B ["number-changed"] Ok Some
        { #[serde(tag = "t", content = "c")] enum T { A(u8) } }
        { #[serde(tag = "t", content = "c")] enum T { A(u16) } }

    adjacent_tuple_longer: B ["length-changed"] Fail Fail
        { #[serde(tag = "t", content = "c")] enum T { A(u8, u8) } }
        { #[serde(tag = "t", content = "c")] enum T { A(u8, u8, u8) } }

    content_left_out: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A, B { c: u8 } } }
        { #[serde(tag = "t")] enum T { A(#[serde(skip)] u8), B { c: u8 } } }

    unit_to_no_fields: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A, B { c: u8 } } }
        { #[serde(tag = "t")] enum T { A {}, B { c: u8 } } }

    unit_to_nothing_inside: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A, B { c: u8 } } }
        { #[serde(tag = "t")] enum T { A(()), B { c: u8 } } }

    nothing_inside_to_unit: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A(()), B { c: u8 } } }
        { #[serde(tag = "t")] enum T { A, B { c: u8 } } }

    unit_to_a_struct_of_optional_fields: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A, B { c: u8 } } }
        { #[serde(tag = "t")] enum T { A(Inner), B { c: u8 } } struct Inner { b: Option<u8> } }

    catch_all_map_in_a_variant: C [] Ok Ok
        { #[serde(tag = "t")] enum T { A { b: u8 } } }
        { #[serde(tag = "t")] enum T { A { b: u8, #[serde(flatten)] rest: BTreeMap<String, Value> } } }

    choice_in_a_variant_widened: W ["enum-widened"] Ok Some
        { struct T { a: E } #[serde(tag = "t")] enum E { A { of: F } } enum F { X } }
        { struct T { a: E } #[serde(tag = "t")] enum E { A { of: F } } enum F { X, Y } }

    adjacent_unit_to_nothing_inside: B ["variant-changed"] Some Ok
        { #[serde(tag = "t", content = "c")] enum T { A, B(u8) } }
        { #[serde(tag = "t", content = "c")] enum T { A(()), B(u8) } }

    adjacent_rename_all_of_the_fields: B ["field-renamed"] Fail Fail
        { #[serde(tag = "t", content = "c")] enum T { A { order_id: u8 } } }
        { #[serde(tag = "t", content = "c", rename_all_fields = "camelCase")] enum T { A { order_id: u8 } } }

    adjacent_catch_all_lost: W ["catch-all-lost"] Ok Ok
        { #[serde(tag = "t", content = "c")] enum T { A(u8), #[serde(other)] B } }
        { #[serde(tag = "t", content = "c")] enum T { A(u8), B } }
}
