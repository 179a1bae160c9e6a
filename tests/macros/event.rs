use event_runtime::prelude::*;
use event_runtime::{DecodeError, Unrouted, Version};

/// A customer
/// placed an order.
///
/// Not before it is valid.
#[derive(Clone, PartialEq, Serialize, Deserialize, Event)]
#[serde(rename_all = "camelCase")]
#[event(name = "order.placed", version = 3, owner = "checkout", upcast_from = OrderPlacedV2)]
#[event(source = "https://shop.example/checkout", unrouted = "keep")]
struct OrderPlaced {
    #[event(key)]
    order_id: String,
    #[event(sequence)]
    change: i64,
    #[event(sensitive)]
    email: Option<String>,
    #[serde(rename = "TOTAL")]
    total_cents: i64,
    #[serde(skip)]
    scratch: Vec<u8>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 2, owner = "checkout", upcast_from = OrderPlacedV1)]
struct OrderPlacedV2 {
    order_id: String,
    total: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlacedV1 {
    id: u32,
}

impl From<OrderPlacedV1> for OrderPlacedV2 {
    fn from(old: OrderPlacedV1) -> Self {
        Self {
            order_id: format!("order-{}", old.id),
            total: 100,
        }
    }
}

impl From<OrderPlacedV2> for OrderPlaced {
    fn from(old: OrderPlacedV2) -> Self {
        Self {
            order_id: old.order_id,
            change: 0,
            email: None,
            total_cents: old.total,
            scratch: Vec::new(),
        }
    }
}

fn version(number: u32) -> Version {
    Version::new(number).expect("not zero")
}

fn placed() -> OrderPlaced {
    OrderPlaced {
        order_id: "order-7".to_owned(),
        change: 12,
        email: Some("ada@example.org".to_owned()),
        total_cents: 995,
        scratch: Vec::new(),
    }
}

#[test]
fn the_contract_says_what_the_struct_says() {
    let contract = OrderPlaced::CONTRACT;
    assert_eq!(
        (contract.name, contract.version, contract.type_name),
        ("order.placed", version(3), "order.placed.v3")
    );
    assert_eq!(contract.reads, [version(2), version(1)]);
    assert_eq!(
        (contract.owner, contract.source),
        ("checkout", Some("https://shop.example/checkout"))
    );
    assert_eq!(contract.summary, "A customer placed an order.");
    assert_eq!((contract.key, contract.sequence), (Some("orderId"), Some("change")));
    assert_eq!(contract.unrouted, Unrouted::Keep);
    let mut fields: Vec<_> = contract
        .data
        .fields
        .iter()
        .map(|field| (field.name, field.shape.to_string(), field.sensitive))
        .collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            ("TOTAL", "i64".to_owned(), false),
            ("change", "i64".to_owned(), false),
            ("email", "string?".to_owned(), true),
            ("orderId", "string".to_owned(), false),
        ]
    );
}

#[test]
fn what_is_not_said_has_a_default() {
    let contract = OrderPlacedV1::CONTRACT;
    assert_eq!(
        (contract.reads, contract.source, contract.key, contract.sequence),
        (&[][..], None, None, None)
    );
    assert_eq!((contract.unrouted, contract.summary), (Unrouted::Refuse, ""));
    assert_eq!(
        (OrderPlacedV1 { id: 1 }.key(), OrderPlacedV1 { id: 1 }.sequence()),
        (None, None)
    );
}

#[test]
fn field_names_are_those_on_the_wire() {
    let json = serde_json::to_value(placed()).unwrap();
    let written: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
    let mut declared: Vec<_> = OrderPlaced::CONTRACT
        .data
        .fields
        .iter()
        .map(|field| field.name)
        .collect();
    declared.sort_unstable();
    assert_eq!(written, declared);
}

#[test]
fn key_and_sequence() {
    assert_eq!(placed().key().as_deref(), Some("order-7"));
    assert!(
        matches!(placed().key(), Some(std::borrow::Cow::Borrowed(_))),
        "a string is not copied"
    );
    assert_eq!(placed().sequence(), Some(12));
    let below_zero = OrderPlaced { change: -1, ..placed() };
    assert_eq!(below_zero.sequence(), None);
}

#[test]
fn older_versions_are_lifted() {
    let read = |number, body: &str| OrderPlaced::decode(version(number), body.as_bytes());
    let lifted = read(1, r#"{"id":7}"#).unwrap();
    assert_eq!((lifted.order_id.as_str(), lifted.total_cents), ("order-7", 100));
    assert_eq!(read(2, r#"{"order_id":"a","total":5}"#).unwrap().order_id, "a");
    let body = serde_json::to_string(&placed()).unwrap();
    assert!(read(3, &body).unwrap() == placed());
    assert_eq!(
        read(4, &body).err(),
        Some(DecodeError::unknown_type("order.placed", version(4)))
    );
    assert!(matches!(read(1, "{}"), Err(DecodeError::Body { type_name, .. }) if type_name == "order.placed.v1"));
}

#[test]
fn sensitive_fields_are_not_shown() {
    let shown = format!("{:?}", placed());
    assert_eq!(
        shown,
        r#"OrderPlaced { order_id: "order-7", change: 12, email: "[redacted]", total_cents: 995, scratch: [] }"#
    );
}

#[test]
fn names_that_rust_keeps_for_itself() {
    #[derive(Serialize, Deserialize, Event)]
    #[event(name = "page.read", version = 1, owner = "web")]
    struct PageRead {
        #[event(key)]
        r#type: u8,
        #[event(sensitive)]
        r#ref: u8,
    }

    assert_eq!(PageRead::CONTRACT.key, Some("type"));
    let read = PageRead { r#type: 1, r#ref: 2 };
    assert_eq!(format!("{read:?}"), r#"PageRead { type: 1, ref: "[redacted]" }"#);
    assert_eq!((read.key().as_deref(), read.r#ref), (Some("1"), 2));
}
