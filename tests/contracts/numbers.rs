//! Numbers and texts.

use super::judge::pairs;

pairs! {
    widened_signed: B ["number-changed"] Ok Some
        { struct T { a: i32 } }
        { struct T { a: i64 } }

    widened_small: B ["number-changed"] Ok Some
        { struct T { a: u8 } }
        { struct T { a: u16 } }

    widened_unsigned: B ["number-changed"] Ok Some
        { struct T { a: u32 } }
        { struct T { a: u64 } }

    widened_over_the_sign: B ["number-changed"] Ok Some
        { struct T { a: u32 } }
        { struct T { a: i64 } }

    narrowed: B ["number-changed"] Some Ok
        { struct T { a: i64 } }
        { struct T { a: i32 } }

    sign_changed: B ["number-changed"] Some Some
        { struct T { a: i32 } }
        { struct T { a: u32 } }

    sign_of_the_widest_changed: B ["number-changed"] Some Some
        { struct T { a: u64 } }
        { struct T { a: i64 } }

    nonzero: B ["number-changed"] Some Ok
        { struct T { a: u32 } }
        { struct T { a: NonZeroU32 } }

    nonzero_no_more: B ["number-changed"] Ok Some
        { struct T { a: NonZeroU8 } }
        { struct T { a: u8 } }

    to_128_bits: B ["number-changed"] Ok Some
        { struct T { a: u64 } }
        { struct T { a: u128 } }

    usize_is_u64: C [] Ok Ok
        { struct T { a: usize, b: isize } }
        { struct T { a: u64, b: i64 } }

    behind_a_type_alias: B ["number-changed"] Ok Some
        { struct T { a: Number } }
        { struct T { a: Wider } }

    same_behind_a_type_alias: C [] Ok Ok
        { struct T { a: Number } }
        { struct T { a: u8 } }

    integer_to_float: B ["number-changed", "type-changed"] Lost Fail
        { struct T { a: u64 } }
        { struct T { a: f64 } }

    small_integer_to_float: B ["type-changed"] Ok Fail
        { struct T { a: u8 } }
        { struct T { a: f64 } }

    float_to_integer: B ["type-changed"] Fail Ok
        { struct T { a: f64 } }
        { struct T { a: i32 } }

    float_widened: B ["number-changed"] Ok Lost
        { struct T { a: f32 } }
        { struct T { a: f64 } }

    float_narrowed: B ["number-changed"] Lost Ok
        { struct T { a: f64 } }
        { struct T { a: f32 } }

    string_to_number: B ["type-changed"] Fail Fail
        { struct T { a: String } }
        { struct T { a: u8 } }

    bool_to_number: B ["type-changed"] Fail Fail
        { struct T { a: bool } }
        { struct T { a: u8 } }

    bool_to_string: B ["type-changed"] Fail Fail
        { struct T { a: bool } }
        { struct T { a: String } }

    bool_to_enum: B ["type-changed"] Fail Fail
        { struct T { a: bool } }
        { struct T { a: E } enum E { Yes, No } }

    char_to_string: B ["type-changed"] Ok Some
        { struct T { a: char } }
        { struct T { a: String } }

    string_to_char: B ["type-changed"] Some Ok
        { struct T { a: String } }
        { struct T { a: char } }

    to_any: B ["type-changed"] Ok Some
        { struct T { a: u8 } }
        { struct T { a: Value } }

    from_any: B ["type-changed"] Some Ok
        { struct T { a: Value } }
        { struct T { a: u8 } }

    string_to_uuid: B ["form-changed"] Some Ok
        { struct T { a: String } }
        { struct T { a: Uuid } }

    uuid_to_string: B ["form-changed"] Ok Some
        { struct T { a: Uuid } }
        { struct T { a: String } }

    string_to_date_time: B ["form-changed"] Some Ok
        { struct T { a: String } }
        { struct T { a: DateTime<Utc> } }

    date_time_to_string: B ["form-changed"] Ok Some
        { struct T { a: DateTime<Utc> } }
        { struct T { a: String } }

    string_to_decimal: B ["form-changed"] Some Ok
        { struct T { a: String } }
        { struct T { a: Decimal } }

    decimal_to_string: B ["form-changed"] Ok Some
        { struct T { a: Decimal } }
        { struct T { a: String } }

    zone_of_a_date_time: C [] Ok Ok
        { struct T { a: DateTime<Utc> } }
        { struct T { a: DateTime<FixedOffset> } }

    date_time_to_local: B ["form-changed"] Fail Fail
        { struct T { a: DateTime<Utc> } }
        { struct T { a: NaiveDateTime } }

    date_time_to_date: B ["form-changed"] Fail Fail
        { struct T { a: NaiveDateTime } }
        { struct T { a: NaiveDate } }

    date_time_of_another_crate: C [] Ok Ok
        { struct T { a: DateTime<Utc> } }
        { struct T { a: jiff::Timestamp } }

    float_to_decimal: B ["type-changed"] Lost Fail
        { struct T { a: f32 } }
        { struct T { a: Decimal } }

    decimal_to_float: B ["type-changed"] Fail Lost
        { struct T { a: Decimal } }
        { struct T { a: f32 } }

    ip_widened: B ["form-changed"] Ok Some
        { struct T { a: Ipv4Addr } }
        { struct T { a: IpAddr } }

    ip_narrowed: B ["form-changed"] Some Ok
        { struct T { a: IpAddr } }
        { struct T { a: Ipv4Addr } }

    declared_form: C [] Ok Ok
        { struct T { a: String } }
        { struct T { #[serde(with = "through")] #[schema(wire = "String")] a: String } }
}
