//! Fields that come, go and change their names.

use super::judge::pairs;

pairs! {
    add_optional: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: Option<u8> } }

    add_required: B ["field-required"] Fail Ok
        { struct T { a: u8 } }
        { struct T { a: u8, b: u8 } }
}
