//! What schema registries have in their tests, as Rust types: Avro, JSON Schema, Protocol Buffers.

use super::judge::pairs;

pairs! {
    avro_int_to_long: B ["number-changed"] Ok Some
        { struct T { a: Vec<Line> } struct Line { count: i32 } }
        { struct T { a: Vec<Line> } struct Line { count: i64 } }

    avro_long_to_float: B ["number-changed", "type-changed"] Lost Fail
        { struct T { a: i64 } }
        { struct T { a: f32 } }

    avro_int_to_double: B ["type-changed"] Ok Fail
        { struct T { a: i32 } }
        { struct T { a: f64 } }

    avro_bytes_to_string: B ["type-changed"] Fail Fail
        { struct T { a: Vec<u8> } }
        { struct T { a: String } }

    avro_fixed_resized: B ["length-changed"] Fail Fail
        { struct T { a: [u8; 4] } }
        { struct T { a: [u8; 8] } }

    avro_fixed_to_bytes: B ["length-changed"] Ok Fail
        { struct T { a: [u8; 4] } }
        { struct T { a: Vec<u8> } }

    avro_timestamp_to_long: B ["type-changed"] Fail Fail
        { struct T { a: DateTime<Utc> } }
        { struct T { a: i64 } }

    avro_union_gains_null: B ["null-refused"] Ok Some
        { struct T { a: String } }
        { struct T { a: Option<String> } }

    avro_union_loses_null: B ["absence-refused"] Some Ok
        { struct T { a: Option<String> } }
        { struct T { a: String } }

    avro_union_gains_a_branch: W ["enum-widened"] Ok Some
        { struct T { a: U } enum U { Int(i32) } }
        { struct T { a: U } enum U { Int(i32), Text(String) } }

    avro_union_loses_a_branch: B ["variant-removed"] Some Ok
        { struct T { a: U } enum U { Int(i32), Text(String) } }
        { struct T { a: U } enum U { Int(i32) } }

    avro_type_to_union_with_it: B ["type-changed"] Fail Fail
        { struct T { a: i32 } }
        { struct T { a: U } enum U { Int(i32), Text(String) } }

    avro_enum_with_a_default_gains_a_symbol: C [] Ok Lost
        { struct T { a: E } enum E { A, #[serde(other)] Unknown } }
        { struct T { a: E } enum E { A, B, #[serde(other)] Unknown } }

    avro_enum_gains_a_default: W ["enum-widened"] Ok Some
        { struct T { a: E } enum E { A } }
        { struct T { a: E } enum E { A, #[serde(other)] Unknown } }

    avro_enum_reordered_in_a_map: C [] Ok Ok
        { struct T { a: BTreeMap<String, E> } enum E { A, B, C } }
        { struct T { a: BTreeMap<String, E> } enum E { C, A, B } }

    avro_record_renamed_and_reordered: C [] Ok Ok
        { struct T { a: Address, b: u8 } struct Address { street: String, city: String } }
        { struct T { b: u8, a: Place } struct Place { city: String, street: String } }

    avro_array_of_another_record: B ["field-renamed"] Some Some
        { struct T { a: Vec<Line> } struct Line { sku: String } }
        { struct T { a: Vec<Line> } struct Line { article: String } }

    avro_map_of_another_type: B ["type-changed"] Some Some
        { struct T { a: BTreeMap<String, i32> } }
        { struct T { a: BTreeMap<String, String> } }

    avro_array_to_map: B ["type-changed"] Fail Fail
        { struct T { a: Vec<String> } }
        { struct T { a: BTreeMap<String, String> } }

    avro_default_removed_and_type_kept: Policy ["absence-refused"] Ok Ok
        { struct T { #[serde(default)] a: Vec<String> } }
        { struct T { a: Vec<String> } }

    json_object_to_array: B ["type-changed"] Fail Some
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: Vec<u8> } }

    json_integer_to_number_in_items: B ["type-changed"] Ok Some
        { struct T { a: Vec<i32> } }
        { struct T { a: Vec<f64> } }

    json_property_becomes_optional_in_an_item: B ["absence-refused"] Ok Some
        { struct T { a: Vec<Line> } struct Line { b: u8 } }
        { struct T { a: Vec<Line> } struct Line { #[serde(skip_serializing_if = "Option::is_none")] b: Option<u8> } }

    json_optional_becomes_required_deep: B ["absence-refused"] Some Ok
        { struct T { a: Option<Inner> } struct Inner { b: Option<Deep> } struct Deep { c: Option<u8> } }
        { struct T { a: Option<Inner> } struct Inner { b: Option<Deep> } struct Deep { c: u8 } }

    json_schema_becomes_any: B ["type-changed"] Ok Fail
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: Value } }

    json_any_in_items_becomes_typed: B ["type-changed"] Some Ok
        { struct T { a: Vec<Value> } }
        { struct T { a: Vec<String> } }

    json_any_becomes_nullable_any: Policy ["absence-refused"] Ok Ok
        { struct T { a: Option<Value> } }
        { struct T { a: Value } }

    json_additional_properties_typed: B ["type-changed"] Some Ok
        { struct T { a: BTreeMap<String, Value> } }
        { struct T { a: BTreeMap<String, u8> } }

    json_map_of_any_is_an_object_of_any: C [] Ok Ok
        { struct T { a: BTreeMap<String, Value> } }
        { struct T { a: serde_json::Map<String, Value> } }

    json_enum_changed_altogether: B ["enum-widened", "variant-removed"] Fail Fail
        { struct T { a: E } enum E { A, B } }
        { struct T { a: E } enum E { C, D } }

    json_enum_in_items_extended: W ["enum-widened"] Ok Some
        { struct T { a: Vec<E> } enum E { A } }
        { struct T { a: Vec<E> } enum E { A, B } }

    json_enum_behind_null_narrowed: B ["variant-removed"] Some Ok
        { struct T { a: Option<E> } enum E { A, B } }
        { struct T { a: Option<E> } enum E { A } }

    json_tuple_item_becomes_optional: B ["null-refused"] Ok Some
        { struct T { a: (u8, String) } }
        { struct T { a: (u8, Option<String>) } }

    json_tuple_items_swapped: B ["type-changed"] Fail Fail
        { struct T { a: (u8, String) } }
        { struct T { a: (String, u8) } }

    json_tuple_to_items: B ["length-changed"] Ok Some
        { struct T { a: (u8, u8) } }
        { struct T { a: Vec<u8> } }

    json_all_of_gains_a_part: C [] Ok Ok
        { struct T { #[serde(flatten)] a: A } struct A { b: u8 } }
        { struct T { #[serde(flatten)] a: A, #[serde(flatten)] c: C } struct A { b: u8 } struct C { d: Option<u8> } }

    json_all_of_gains_a_required_part: B ["field-required"] Fail Ok
        { struct T { #[serde(flatten)] a: A } struct A { b: u8 } }
        { struct T { #[serde(flatten)] a: A, #[serde(flatten)] c: C } struct A { b: u8 } struct C { d: u8 } }

    json_format_removed: B ["form-changed"] Ok Fail
        { struct T { a: NaiveDate } }
        { struct T { a: String } }

    json_format_changed: B ["form-changed"] Fail Fail
        { struct T { a: NaiveDate } }
        { struct T { a: DateTime<Utc> } }

    json_nullable_list_to_list: B ["null-refused"] Some Ok
        { struct T { a: Option<Vec<u8>> } }
        { struct T { #[serde(default)] a: Vec<u8> } }

    json_empty_list_left_out: C [] Ok Ok
        { struct T { #[serde(default)] a: Vec<u8> } }
        { struct T { #[serde(default, skip_serializing_if = "Vec::is_empty")] a: Vec<u8> } }

    proto_singular_to_repeated: B ["type-changed"] Fail Fail
        { struct T { a: String } }
        { struct T { a: Vec<String> } }

    proto_int32_to_bool: B ["type-changed"] Fail Fail
        { struct T { a: i32 } }
        { struct T { a: bool } }

    proto_enum_to_int32: B ["type-changed"] Fail Fail
        { struct T { a: E } enum E { A, B } }
        { struct T { a: i32 } }

    proto_int64_as_a_string: B ["type-changed"] Fail Fail
        { struct T { a: i64 } }
        { struct T { a: String } }

    proto_field_moved_into_a_one_of: B ["field-removed", "field-required"] Fail Fail
        { struct T { a: u8, card: String } }
        { struct T { a: u8, pay: Pay } enum Pay { Card(String) } }

    proto_one_of_gains_a_message: W ["enum-widened"] Ok Some
        { struct T { a: O } #[serde(tag = "kind")] enum O { Card { last4: String } } }
        { struct T { a: O } #[serde(tag = "kind")] enum O { Card { last4: String }, Cash } }

    proto_map_to_repeated: B ["type-changed"] Fail Fail
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: Vec<Entry> } struct Entry { key: String, value: u8 } }

    proto_json_name_changed: B ["field-renamed"] Fail Fail
        { struct T { order_id: u8 } }
        { struct T { #[serde(rename = "orderId")] order_id: u8 } }

    proto_message_to_group: B ["type-changed"] Some Some
        { struct T { a: Option<Inner> } struct Inner { b: u8 } }
        { struct T { a: Option<String> } }
}
