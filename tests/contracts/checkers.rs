//! What checkers of interfaces have in their tests, as Rust types: OpenAPI, GraphQL, Rust libraries.

use super::judge::pairs;

pairs! {
    openapi_property_becomes_nullable: B ["null-refused"] Ok Some
        { struct T { a: Inner } struct Inner { b: String } }
        { struct T { a: Inner } struct Inner { b: Option<String> } }

    openapi_property_removed_deep: B ["field-removed"] Ok Some
        { struct T { a: Vec<Option<Inner>> } struct Inner { b: String, c: u8 } }
        { struct T { a: Vec<Option<Inner>> } struct Inner { b: String } }

    openapi_optional_property_removed_deep: Policy ["field-removed"] Ok Ok
        { struct T { a: BTreeMap<String, Inner> } struct Inner { b: String, c: Option<u8> } }
        { struct T { a: BTreeMap<String, Inner> } struct Inner { b: String } }

    openapi_property_becomes_write_only: B ["field-removed"] Ok Fail
        { struct T { a: Inner } struct Inner { b: String, c: u8 } }
        { struct T { a: Inner } struct Inner { b: String, #[serde(skip_serializing, default)] c: u8 } }

    openapi_property_becomes_read_only: B ["field-unread"] Lost Ok
        { struct T { a: Inner } struct Inner { b: String, c: u8 } }
        { struct T { a: Inner } struct Inner { b: String, #[serde(skip_deserializing)] c: u8 } }

    openapi_discriminator_changed: B ["tagging-changed"] Some Some
        { struct T { a: Vec<E> } #[serde(tag = "type")] enum E { A { b: u8 } } }
        { struct T { a: Vec<E> } #[serde(tag = "kind")] enum E { A { b: u8 } } }

    openapi_mapping_changed: B ["variant-renamed"] Some Some
        { #[serde(tag = "type")] enum T { #[serde(rename = "cat")] Cat { b: u8 }, Dog } }
        { #[serde(tag = "type")] enum T { #[serde(rename = "kitty")] Cat { b: u8 }, Dog } }

    openapi_extensible_enum: Open [] Ok Some
        { struct T { a: Option<E> } #[schema(open)] enum E { A } }
        { struct T { a: Option<E> } #[schema(open)] enum E { A, B, C } }

    openapi_enum_no_longer_extensible: C [] Ok Ok
        { struct T { a: E } #[schema(open)] enum E { A, B } }
        { struct T { a: E } enum E { A, B } }

    openapi_enum_becomes_extensible: C [] Ok Ok
        { struct T { a: E } enum E { A, B } }
        { struct T { a: E } #[schema(open)] enum E { A, B } }

    openapi_one_of_loses_a_field_in_one: B ["field-removed"] Ok Some
        { #[serde(tag = "t")] enum T { A { b: u8, c: u8 }, B } }
        { #[serde(tag = "t")] enum T { A { b: u8 }, B } }

    openapi_default_of_a_nested_property: W ["default-changed"] Ok Ok
        { struct T { a: Inner } struct Inner { #[serde(default = "five")] b: u8 } }
        { struct T { a: Inner } struct Inner { #[serde(default = "six")] b: u8 } }

    openapi_string_to_integer_in_a_map: B ["type-changed"] Some Some
        { struct T { a: BTreeMap<String, String> } }
        { struct T { a: BTreeMap<String, i64> } }

    openapi_map_keys_get_a_form: B ["form-changed"] Some Ok
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: BTreeMap<Uuid, u8> } }

    openapi_map_keys_lose_their_form: B ["form-changed"] Ok Some
        { struct T { a: BTreeMap<Uuid, u8> } }
        { struct T { a: BTreeMap<String, u8> } }

    openapi_map_keys_become_an_enum: B ["type-changed"] Some Ok
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: BTreeMap<K, u8> } #[derive(Eq, PartialOrd, Ord)] enum K { A } }

    openapi_additional_properties_beside_some: C [] Ok Ok
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: Inner } struct Inner { b: u8, #[serde(flatten)] rest: BTreeMap<String, Value> } }

    graphql_list_of_nullable: B ["null-refused"] Ok Some
        { struct T { a: Vec<String> } }
        { struct T { a: Vec<Option<String>> } }

    graphql_list_becomes_nullable: B ["null-refused"] Ok Some
        { struct T { a: Vec<String> } }
        { struct T { a: Option<Vec<String>> } }

    graphql_list_of_lists: B ["type-changed"] Some Some
        { struct T { a: Vec<String> } }
        { struct T { a: Vec<Vec<String>> } }

    graphql_type_becomes_a_union: B ["type-changed"] Fail Fail
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: U } enum U { Inner(Inner) } struct Inner { b: u8 } }

    graphql_union_loses_a_member: B ["variant-removed"] Some Ok
        { #[serde(tag = "__typename")] enum T { A(A), B(B) } struct A { x: u8 } struct B { x: u8 } }
        { #[serde(tag = "__typename")] enum T { A(A) } struct A { x: u8 } }

    graphql_object_becomes_a_scalar: B ["type-changed"] Fail Fail
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: String } }

    graphql_deprecated: C [] Ok Ok
        { struct T { a: u8 } }
        { #[allow(deprecated)] struct T { #[doc(hidden)] a: u8 } }

    rust_struct_becomes_a_tuple_struct: B ["type-changed"] Fail Ok
        { struct T { a: P } struct P { x: u8, y: u8 } }
        { struct T { a: P } struct P(u8, u8); }

    rust_tuple_struct_becomes_a_struct: B ["type-changed"] Ok Fail
        { struct T { a: P } struct P(u8, u8); }
        { struct T { a: P } struct P { x: u8, y: u8 } }

    rust_newtype_gets_a_second_field: B ["type-changed"] Fail Fail
        { struct T { a: N } struct N(u8); }
        { struct T { a: N } struct N(u8, u8); }

    rust_unit_struct_gets_fields: B ["type-changed"] Fail Fail
        { struct T { a: N } struct N; }
        { struct T { a: N } struct N { b: u8 } }

    rust_struct_becomes_an_enum: B ["type-changed"] Fail Fail
        { struct T { a: N } struct N { b: u8 } }
        { struct T { a: N } enum N { A { b: u8 }, B } }

    rust_tuple_variant_gets_a_field: B ["type-changed"] Some Some
        { enum T { A(u8), B } }
        { enum T { A(u8, u8), B } }

    rust_tuple_variant_becomes_a_struct: B ["type-changed"] Ok Some
        { enum T { A(u8, u8), B } }
        { enum T { A { x: u8, y: u8 }, B } }

    rust_struct_variant_becomes_a_unit: B ["variant-changed"] Some Some
        { enum T { A { x: u8 }, B } }
        { enum T { A, B } }

    rust_unit_variant_becomes_an_empty_struct: B ["variant-changed"] Some Some
        { enum T { A, B } }
        { enum T { A {}, B } }

    rust_newtype_variant_becomes_optional: B ["null-refused"] Ok Some
        { enum T { A(u8), B } }
        { enum T { A(Option<u8>), B } }

    rust_variant_boxed_and_moved: C [] Ok Ok
        { enum T { A(Inner), B } struct Inner { x: u8 } }
        { enum T { B, A(Box<Other>) } struct Other { x: u8 } }

    rust_variants_swap_their_content: B ["type-changed"] Fail Fail
        { enum T { A(u8), B(String) } }
        { enum T { A(String), B(u8) } }

    rust_non_exhaustive: C [] Ok Ok
        { enum T { A, B { x: u8 } } }
        { #[non_exhaustive] enum T { A, #[non_exhaustive] B { x: u8 } } }

    rust_representation: C [] Ok Ok
        { enum T { A, B } }
        { #[repr(u8)] enum T { A, B } }

    rust_visibility: C [] Ok Ok
        { struct T { a: u8 } }
        { #[allow(unused, unreachable_pub)] pub struct T { pub a: u8 } }

    rust_generic_with_a_default: C [] Ok Ok
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: Inner } struct Inner<I = u8> { b: I } }

    rust_text_of_another_owner: C [] Ok Ok
        { struct T { a: String, b: String } }
        { struct T { a: Box<str>, b: Cow<'static, str> } }

    rust_duration_to_seconds: B ["type-changed"] Fail Fail
        { struct T { a: std::time::Duration } }
        { struct T { a: u64 } }

    rust_duration_to_a_point_in_time: B ["field-renamed"] Fail Fail
        { struct T { a: std::time::Duration } }
        { struct T { a: std::time::SystemTime } }

    rust_double_option: C [] Ok Ok
        { struct T { a: Option<u8> } }
        { struct T { a: Option<Option<u8>> } }

    rust_option_of_a_newtype_of_an_option: C [] Ok Ok
        { struct T { a: Option<N> } struct N(Option<u8>); }
        { struct T { a: Option<u8> } }

    rust_default_of_an_option: W ["default-changed"] Ok Ok
        { struct T { a: Option<u8> } }
        { struct T { #[serde(default = "some_five")] a: Option<u8> } }

    rust_default_of_an_option_gone: W ["default-changed"] Ok Ok
        { struct T { #[serde(default = "some_five")] a: Option<u8> } }
        { struct T { a: Option<u8> } }

    rust_whole_number_to_decimal: B ["type-changed"] Lost Fail
        { struct T { a: u32 } }
        { struct T { a: Decimal } }
}
