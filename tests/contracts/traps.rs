//! Types that do not read what they write, as the rules say and as serde shows.

use super::prelude::*;
use super::samples::samples;
use event_contract::compare::{can_be_flattened, lint};
use event_contract::{Object, Shape};
use serde::de::DeserializeOwned;

/// Whether some value is refused, or written so that it is refused.
fn is_a_trap<T: Serialize + DeserializeOwned>(object: &'static Object) -> bool {
    let texts = samples(&Shape::Object(object));
    texts.iter().any(|text| match serde_json::from_str::<T>(text) {
        Err(_) => true,
        Ok(value) => {
            let written = serde_json::to_string(&value).unwrap();
            serde_json::from_str::<T>(&written).is_err()
        }
    })
}

macro_rules! traps {
    ($($(#[doc = $doc:literal])* $name:ident: [$($rule:literal),+] { $($item:item)* })*) => {
        $($(#[doc = $doc])*
        #[test]
        fn $name() {
            $(#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)] $item)*
            let Shape::Object(object) = T::SHAPE else { panic!("no object") };
            let report = lint(object);
            let ids: Vec<&str> = report.issues().iter().map(|issue| issue.rule.id()).collect();
            assert_eq!(ids, [$($rule),+], "{}", report.text(&[]));
            assert!(is_a_trap::<T>(object), "serde has nothing against it");
        })*
    };
}

traps! {
    skipped_without_a_default: ["absence-refused"]
        { struct T { #[serde(skip_serializing_if = "skips")] a: u8 } }

    two_names: ["not-read-back"]
        { struct T { #[serde(rename(deserialize = "b"))] a: u8 } }

    never_written_and_required: ["not-read-back"]
        { struct T { a: u8, #[serde(skip_serializing)] b: u8 } }

    optional_read_by_a_function_and_skipped: ["absence-refused"]
        { struct T { #[serde(with = "through", skip_serializing_if = "Option::is_none")] #[schema(wire = "Option<u8>")] a: Option<u8> } }

    inside_of_a_list: ["absence-refused"]
        { struct T { a: Vec<Line> } struct Line { #[serde(skip_serializing_if = "skips")] a: u8 } }

    large_number_behind_a_tag: ["buffered"]
        { struct T { a: E } #[serde(tag = "t")] enum E { A { b: u128 } } }

    keys_that_are_numbers_behind_a_tag: ["buffered"]
        { struct T { a: E } #[serde(tag = "t")] enum E { A { b: BTreeMap<u8, u8> } } }

    deep_behind_a_tag: ["buffered"]
        { struct T { a: E } #[serde(tag = "t")] enum E { A { b: Vec<Line> } } struct Line { c: Option<i128> } }

    keys_that_are_no_texts: ["map-key"]
        { struct T { a: BTreeMap<(u8, u8), u8> } }

    tag_and_field_of_one_name: ["tag-twice"]
        { struct T { a: E } #[serde(tag = "t")] enum E { A(Inner) } struct Inner { t: u8 } }
}

/// The compiler refuses to flatten these, so that the outer types here have no shape.
#[test]
fn through_flatten() {
    fn is_read<T: Serialize + DeserializeOwned>(texts: &[String]) -> bool {
        texts.iter().all(|text| serde_json::from_str::<Outer<T>>(text).is_ok())
    }
    #[derive(Serialize, Deserialize)]
    struct Outer<T> {
        #[serde(flatten)]
        inner: T,
    }
    #[derive(Serialize, Deserialize, Schema)]
    struct Keys {
        a: BTreeMap<u8, u8>,
    }
    #[derive(Serialize, Deserialize, Schema)]
    struct Large {
        a: Vec<Option<u128>>,
    }
    #[derive(Serialize, Deserialize, Schema)]
    struct Fine {
        a: BTreeMap<String, u8>,
        b: Vec<Option<u64>>,
    }
    let verdicts = [Keys::SHAPE, Large::SHAPE, Fine::SHAPE].map(|shape| match shape {
        Shape::Object(object) => can_be_flattened(object),
        other => panic!("{other}"),
    });
    assert_eq!(verdicts, [false, false, true]);
    let [keys, large, fine] = [Keys::SHAPE, Large::SHAPE, Fine::SHAPE].map(|shape| samples(&shape));
    let read = [is_read::<Keys>(&keys), is_read::<Large>(&large), is_read::<Fine>(&fine)];
    assert_eq!(read, verdicts);
}

/// The same without a tag before them is fine.
#[test]
fn no_traps() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
    struct T {
        large: u128,
        keys: BTreeMap<u8, u8>,
        choice: E,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
    enum E {
        A { large: i128, keys: BTreeMap<u8, u8> },
    }
    let Shape::Object(object) = T::SHAPE else {
        panic!("no object")
    };
    assert!(lint(object).is_clean() && !is_a_trap::<T>(object));
}
