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

/// The same as it is written.
const CANONICAL: &str = r#"# Event contract, written by `cargo event contract accept`. Review it like code: sorted, one fact per line.
format = 1
event = "order.placed"
version = 2
type = "order.placed.v2"
status = "live"
upcast_from = [1]

[data]
unknown_fields = "ignored"

[data.fields]
channel = "Channel = default"
customer_id = "uuid"
lines = "[Line]"
note = "string?"
payment = "Payment"
placed_at = "date-time"
tags = "{string: string} = default"
total_cents = "i64"

[types]
Channel.kind = "enum"
Channel.open = true
Channel.names.store = "unit"
Channel.names.web = "unit"

Line.kind = "object"
Line.fields.qty = "u32"
Line.fields.sku = "string"

Payment.kind = "union"
Payment.tag = "method"
Payment.variants.card.last4 = "string"
Payment.variants.transfer.iban = "string"
Payment.variants.transfer.reference = "string?"

[reserved]
fields = [
    "discount",
]
"#;

#[test]
fn it_is_written_so_that_every_line_says_what_it_is_about() {
    let contract = parse(ORDER_PLACED).unwrap();
    assert_eq!(write(&contract), CANONICAL);
    assert_eq!(parse(CANONICAL).unwrap(), contract);
}

/// What is rare is said beside the line.
#[test]
fn rare_facts() {
    let rare = r#"
customer_id.type = "uuid"
customer_id.reads = ["customer", "customer_id"]
note.type = "string?"
note.null = false
note.written = "never"
"#;
    let choice = r#"Channel.names.other.catch_all = true
Channel.names.store = "unit"
"#;
    let text = CANONICAL
        .replace("\ncustomer_id = \"uuid\"\n", "\n")
        .replace("\nnote = \"string?\"\n", "\n")
        .replace("Channel.names.store = \"unit\"\n", choice)
        .replace(
            "channel = \"Channel = default\"\n",
            &format!("channel = \"Channel = default\"{rare}"),
        );
    let contract = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let field = |name| contract.data.field(name).unwrap();
    assert_eq!(field("customer_id").reads, ["customer", "customer_id"]);
    assert_eq!((field("note").written, field("note").null), (Written::Never, false));
    assert_eq!(parse(&write(&contract)).unwrap(), contract);
}

#[test]
fn a_file_from_a_windows_editor_is_the_same() {
    let text = format!("\u{feff}{}", ORDER_PLACED.replace('\n', "\r\n"));
    assert_eq!(parse(&text), parse(ORDER_PLACED));
}
