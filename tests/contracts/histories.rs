//! Three versions and more: whether what is fine step by step is fine from end to end. `true` is refused at the last step.

use super::judge::histories;

histories! {
    default_dropped_after_the_field_was_added: true
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(default)] b: u8 } }
        { struct T { a: u8, b: u8 } }

    omitted_after_a_default_came_later: true
        { struct T { a: u8 } }
        { struct T { #[serde(default)] a: u8 } }
        { struct T { #[serde(default, skip_serializing_if = "is_zero")] a: u8 } }

    alias_written_after_it_came_later: true
        { struct T { a: u8 } }
        { struct T { #[serde(alias = "b")] a: u8 } }
        { struct T { #[serde(alias = "a")] b: u8 } }

    alias_of_a_variant_written_after_it_came_later: true
        { enum T { A } }
        { enum T { #[serde(alias = "B")] A } }
        { enum T { #[serde(alias = "A")] B } }

    required_after_it_was_added_as_optional: true
        { struct T { a: u8 } }
        { struct T { a: u8, #[serde(skip_serializing_if = "Option::is_none")] b: Option<u8> } }
        { struct T { a: u8, #[serde(default)] b: u8 } }
        { struct T { a: u8, b: u8 } }

    in_a_list_inside_of_a_variant: true
        { #[serde(tag = "t")] enum T { A { lines: Vec<Line> } } struct Line { a: u8 } }
        { #[serde(tag = "t")] enum T { A { lines: Vec<Line> } } struct Line { a: u8, b: Option<u8> } }
        { #[serde(tag = "t")] enum T { A { lines: Vec<Line> } } struct Line { #[serde(default)] a: u8, b: Option<u8> } }
        { #[serde(tag = "t")] enum T { A { lines: Vec<Line> } } struct Line { #[serde(default, skip_serializing_if = "is_zero")] a: u8, b: Option<u8> } }

    default_dropped_that_came_later: false
        { struct T { a: u8 } }
        { struct T { #[serde(default)] a: u8 } }
        { struct T { a: u8 } }

    alias_dropped_that_came_later: false
        { struct T { a: u8 } }
        { struct T { #[serde(alias = "b")] a: u8 } }
        { struct T { a: u8 } }

    names_go_back_and_forth_when_all_know_both: false
        { struct T { #[serde(alias = "b")] a: u8 } }
        { struct T { #[serde(alias = "a")] b: u8 } }
        { struct T { #[serde(alias = "b")] a: u8 } }

    optional_fields_come_one_by_one: false
        { struct T { a: u8 } }
        { struct T { a: u8, b: Option<u8> } }
        { struct T { a: u8, b: Option<u8>, #[serde(default)] c: Vec<Line> } struct Line { a: u8 } }
        { struct T { a: u8, b: Option<u8>, #[serde(default)] c: Vec<Line> } struct Line { a: u8, b: Option<String> } }
        { struct T { a: u8, #[serde(skip_serializing_if = "Option::is_none")] b: Option<u8>, #[serde(default)] c: Vec<Line>, #[serde(default)] d: Vec<Line> } struct Line { a: u8, b: Option<String> } }

    denied_and_no_longer_denied: false
        { struct T { a: u8 } }
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { struct T { a: u8 } }

    grown_after_it_was_denied: true
        { struct T { a: u8 } }
        { #[serde(deny_unknown_fields)] struct T { a: u8 } }
        { struct T { a: u8 } }
        { struct T { a: u8, b: Option<u8> } }

    flattened_and_inline_again: false
        { struct T { a: u8, b: u8 } }
        { struct T { a: u8, #[serde(flatten)] rest: Rest } struct Rest { b: u8 } }
        { struct T { #[serde(flatten)] rest: Rest } struct Rest { a: u8, b: u8, c: Option<u8> } }
        { struct T { a: u8, b: u8, c: Option<u8> } }

    optional_and_default_take_turns: false
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
        { struct T { #[serde(default)] a: u8 } }
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }

    null_after_the_option_was_gone: true
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
        { struct T { #[serde(default)] a: u8 } }
        { struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
        { struct T { a: Option<u8> } }
}
