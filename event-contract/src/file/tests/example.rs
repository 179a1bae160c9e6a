use super::ORDER_PLACED;
use crate::file::{parse, write};
use crate::{Absent, Shape, Status, Tagging, Unknown, Version, Written};

#[test]
fn the_example_says_what_it_says() {
    let contract = parse(ORDER_PLACED).unwrap();
    assert_eq!(
        (contract.event, contract.version),
        ("order.placed", Version::new(2).unwrap())
    );
    assert_eq!(
        (contract.status, contract.upcast_from),
        (Status::Live, &[Version::FIRST][..])
    );
    assert_eq!(contract.reserved, ["discount"]);
    assert_eq!(contract.data.unknown, Unknown::Ignored);
    assert_eq!(contract.data.fields.len(), 8);
    assert!(contract.data.fields.is_sorted_by_key(|field| field.hash));
    let field = |name| contract.data.field(name).unwrap();

    let note = field("note");
    assert_eq!(note.shape, Shape::Optional(&Shape::STRING));
    assert_eq!(
        (note.written, note.null, note.absent),
        (Written::Sometimes, true, Absent::Accepted)
    );

    let channel = field("channel");
    assert_eq!(
        (channel.written, channel.null, channel.default),
        (Written::Sometimes, false, Some(""))
    );
    let Shape::Choice(choice) = channel.shape else {
        panic!("{channel:?}")
    };
    assert!(choice.open && choice.is_plain() && choice.tagging == Tagging::External);
    assert_eq!(
        choice
            .variants
            .iter()
            .filter(|variant| ["store", "web"].contains(&variant.name))
            .count(),
        2
    );

    let id = field("customer_id");
    assert_eq!(
        (id.shape, id.written, id.absent),
        (Shape::Text("uuid"), Written::Always, Absent::Refused)
    );
    assert_eq!(field("tags").shape, Shape::Map(&Shape::STRING, &Shape::STRING));

    let Shape::Choice(payment) = field("payment").shape else {
        panic!("a union")
    };
    assert_eq!(payment.tagging, Tagging::Internal("method"));
    let transfer = payment
        .variants
        .iter()
        .find(|variant| variant.name == "transfer")
        .unwrap();
    assert_eq!(
        transfer
            .fields()
            .iter()
            .filter(|field| field.absent == Absent::Accepted)
            .count(),
        1
    );
}

#[test]
fn it_is_written_like_that() {
    let text = write(&parse(ORDER_PLACED).unwrap());
    let expected = ORDER_PLACED
        .replace(
            "# Event contract. Written by `contract accept`; review it like code. Lists are sorted; one fact per line.",
            "# Event contract, written by `cargo event contract accept`. Review it like code: sorted, one fact per line.",
        )
        .replace("com.example.", "")
        .replace("\"Store\"", "\"unit\"")
        .replace("\"Web\"", "\"unit\"")
        .replace("[\"discount\"]", "[\n    \"discount\",\n]");
    assert_eq!(text, expected);
}

#[test]
fn a_file_from_a_windows_editor_is_the_same() {
    let text = format!("\u{feff}{}", ORDER_PLACED.replace('\n', "\r\n"));
    assert_eq!(parse(&text), parse(ORDER_PLACED));
}
