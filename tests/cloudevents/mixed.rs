//! Messages that say things twice, or in a form we do not read.

use super::form::{FORMS, Form};
use super::table::{attributes, check, data, read};
use event_runtime::envelope::PREFIXES;
use serde_json::json;

#[test]
fn of_mixed_prefixes_one_is_read() {
    let good = attributes(&json!({}));
    let other = attributes(&json!({"id": "other", "subject": "other", "sequence": "9"}));
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
        let form = Form::Binary(PREFIXES[first]);
        for turned in [false, true] {
            let mut message = form.message("application/json", &good, &data());
            let mixed = Form::Binary(PREFIXES[second]).message("application/json", &other, &data());
            let both = [&message, &mixed];
            let in_order = if turned { [both[1], both[0]] } else { both };
            message.headers = in_order
                .into_iter()
                .flat_map(|message| message.headers.iter())
                .collect();
            check(&read(&message, &mut None).unwrap(), &good, "mixed");
        }
    }
}

#[test]
fn of_doubled_headers_the_first_is_read() {
    for form in &FORMS[..3] {
        let good = attributes(&json!({}));
        let mut message = form.message("application/json", &good, &data());
        let again = form.message("text/plain", &attributes(&json!({"id": "2"})), &data());
        for (name, value) in again.headers.iter() {
            message.headers.push(name, value);
        }
        check(&read(&message, &mut None).unwrap(), &good, "doubled");
    }
}

#[test]
fn other_formats_are_named_in_the_refusal() {
    for content_type in [
        "application/cloudevents-batch+json",
        "application/cloudevents+avro",
        "application/CloudEvents+protobuf; v=1",
    ] {
        let message = Form::Structured.message(content_type, &attributes(&json!({})), &data());
        let error = read(&message, &mut None).unwrap_err();
        assert!(error.contains("only `application/cloudevents+json` is read"), "{error}");
    }
}
