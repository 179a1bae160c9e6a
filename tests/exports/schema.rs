//! The schemas, samples and checks of shapes, against serde and ajv.

use super::judge;
use super::types::{all, named};
use event_contract::json::{accepts, conforms, sample, schema};
use serde_json::{Value, json};

/// What serde writes of a sample conforms, is valid for the schema, and so is the sample.
#[test]
fn samples_are_read_by_serde_and_valid_for_their_schemas() {
    let mut tasks = Vec::new();
    for case in all() {
        let sample = sample(&case.shape);
        let again = (case.again)(&sample).unwrap_or_else(|error| panic!("{}: {error}: {sample}", case.name));
        for value in [&sample, &again] {
            assert_eq!(conforms(&case.shape, value), Ok(()), "{}: {value}", case.name);
            assert_eq!(accepts(&case.shape, value), Ok(()), "{}: {value}", case.name);
        }
        tasks.push(json!({ "do": "schema", "schema": schema(&case.shape), "documents": [sample, again] }));
    }
    for (case, (task, answer)) in all().iter().zip(tasks.iter().zip(judge::ask(&tasks))) {
        assert_eq!(answer, json!([null, null]), "{}: {task:#}", case.name);
    }
}

/// A sample with one thing wrong in it: the type, where, what stands there instead. Serde reads none of them.
fn bad() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("Order", "/order_id", json!("7")),
        ("Order", "/email", json!(7)),
        ("Order", "/email", Value::Null),
        ("Order", "/lines", json!({})),
        ("Order", "/lines/0/qty", json!(-1)),
        ("Order", "/lines/0/qty", json!(4_294_967_296_u64)),
        ("Order", "/lines/0/qty", json!(1.5)),
        ("Order", "/lines/0/sku", Value::Null),
        ("Order", "/placed_at", json!("yesterday")),
        ("Order", "/shares", json!([1])),
        ("Order", "/shares", json!([1, 2, 3])),
        ("Order", "/shares", json!([1, 256])),
        ("Order", "/payment", json!("Cheque")),
        ("Order", "/payment", json!("Card")),
        ("Order", "/payment", json!({ "Card": 7 })),
        ("Order", "/payment", json!({ "Card": "1", "Split": [1, 2] })),
        ("Order", "/payment", json!({ "Split": [1, 2, 3] })),
        ("Order", "/payment", json!({ "Transfer": {} })),
        ("Order", "/tagged", json!({ "iban": "DE" })),
        ("Order", "/tagged", json!({ "method": "Transfer" })),
        ("Order", "/tagged", json!({ "method": "Prices", "a": 1 })),
        ("Order", "/tagged", json!({ "method": 7 })),
        ("Order", "/beside", json!({ "t": "Many" })),
        ("Order", "/beside", json!({ "t": "Many", "c": [300] })),
        ("Order", "/beside", json!({ "t": "Named", "c": {} })),
        ("Order", "/beside", json!({ "t": "Nobody" })),
        ("Order", "/parcel", json!({ "type": "parcel", "weight_kg": "2" })),
        ("Strict", "/more", json!(1)),
        ("Strict", "/b", json!(128)),
        ("Loose", "/id", json!("x")),
        ("Outer", "/outer", json!("Nobody")),
        // Not a number: inside another tag serde takes it for the position of the variant.
        ("Outer", "/method", json!(["Line"])),
    ]
}

#[test]
fn bad_documents_are_refused_by_all() {
    let mut tasks = Vec::new();
    for (name, path, wrong) in bad() {
        let case = named(name);
        let mut document = sample(&case.shape);
        match document.pointer_mut(path) {
            Some(place) => *place = wrong,
            None => document[path.trim_start_matches('/')] = wrong,
        }
        for (who, found) in [
            ("conforms", conforms(&case.shape, &document)),
            ("accepts", accepts(&case.shape, &document)),
        ] {
            let found = found.expect_err(&format!("{who} takes {name} with another {path}: {document}"));
            let place = path.replace("/0", "[0]").replace('/', ".");
            for one in &found {
                assert!(format!(".{}", one.path).starts_with(&place), "{path}: {found:?}");
            }
        }
        assert!(
            (case.again)(&document).is_err(),
            "serde takes {name} with another {path}: {document}"
        );
        tasks.push(json!({ "do": "schema", "schema": schema(&case.shape), "documents": [document] }));
    }
    for ((name, path, _), answer) in bad().iter().zip(judge::ask(&tasks)) {
        assert!(answer[0].is_string(), "ajv takes {name} with another {path}: {answer}");
    }
}

/// What only a reader takes: it is not written, and the schema is of what is written.
#[test]
fn what_is_read_is_more_than_what_is_written() {
    for (name, document) in [
        ("Channel", json!("shop")),
        ("Channel", json!("drone")),
        ("Channel", json!({ "web": null })),
        ("Strict", json!({ "bb": 1 })),
        ("Strict", json!({})),
        ("Beside", json!({ "t": "None", "c": null })),
        ("Tagged", json!({ "method": "Cheque" })),
        ("Line", json!({ "sku": "a", "qty": 1, "note": null })),
        ("Loose", json!({ "id": "019b76daa80070008000000000000000" })),
    ] {
        let case = named(name);
        assert!(conforms(&case.shape, &document).is_err(), "{name} {document}");
        assert_eq!(accepts(&case.shape, &document), Ok(()), "{name}");
        assert!((case.again)(&document).is_ok(), "{name} {document}");
    }
}

#[test]
fn an_open_union_may_grow() {
    let case = named("Open");
    let grown = json!({ "type": "letter", "pages": 2 });
    assert_eq!(conforms(&case.shape, &grown), Ok(()));
    assert!((case.again)(&grown).is_ok());
    let wrong = json!({ "type": "parcel" });
    let answer = judge::ask(&[json!({ "do": "schema", "schema": schema(&case.shape), "documents": [grown, wrong] })]);
    assert_eq!(answer[0][0], Value::Null);
    assert!(answer[0][1].is_string(), "a known variant is still checked: {answer:?}");
}

#[test]
fn sensitive_fields_are_marked() {
    let schema = schema(&named("Order").shape);
    assert_eq!(schema["properties"]["email"]["x-sensitive"], true);
    assert_eq!(
        schema["properties"]["payment"]["x-sensitive"], true,
        "beside a reference"
    );
    assert_eq!(schema["definitions"]["Line"]["properties"]["note"]["x-sensitive"], true);
    assert_eq!(schema["properties"]["channel"]["x-sensitive"], Value::Null);
}
