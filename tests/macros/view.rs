use event_runtime::handler::Input;
use event_runtime::prelude::*;
use event_runtime::{DecodeError, Version};

mod orders {
    use event_runtime::prelude::*;

    #[derive(Debug, Serialize, Deserialize, Event)]
    #[event(name = "order.placed", version = 1, owner = "checkout")]
    pub(super) struct OrderPlacedV1 {
        pub(super) order_id: u32,
        pub(super) total_cents: u32,
    }

    #[derive(Debug, Serialize, Deserialize, Event)]
    #[event(name = "order.placed", version = 3, owner = "sales", upcast_from = OrderPlacedV1)]
    pub(super) struct OrderPlaced {
        #[event(key)]
        pub(super) order_id: u32,
        pub(super) total_cents: i64,
        pub(super) note: Option<String>,
    }

    impl From<OrderPlacedV1> for OrderPlaced {
        fn from(old: OrderPlacedV1) -> Self {
            Self {
                order_id: old.order_id,
                total_cents: old.total_cents.into(),
                note: None,
            }
        }
    }
}

/// What an invoice
/// needs.
#[derive(Debug, PartialEq, Deserialize, View)]
#[view(of = [orders::OrderPlacedV1, orders::OrderPlaced])]
struct Placed {
    order_id: u32,
    total_cents: i64,
}

#[derive(Deserialize, View)]
#[view(of = orders::OrderPlaced)]
struct Noted {
    #[view(sensitive)]
    note: Option<String>,
}

fn version(number: u32) -> Version {
    Version::new(number).unwrap()
}

#[test]
fn its_contract_is_the_part_of_the_event_that_is_read() {
    let contract = Placed::CONTRACT;
    assert_eq!(
        (contract.name, contract.version, contract.reads),
        ("order.placed", version(3), &[version(1)][..])
    );
    assert_eq!(
        (contract.type_name, contract.owner, contract.key),
        ("order.placed.v3", "sales", Some("order_id"))
    );
    assert_eq!(contract.summary, "What an invoice needs.");
    let mut names: Vec<_> = contract.data.fields.iter().map(|field| field.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["order_id", "total_cents"]);
    assert_eq!(Noted::CONTRACT.reads, []);
}

#[test]
fn each_version_is_read_as_it_is() {
    let read = |name: &str, number| {
        Placed::decode_named(name, version(number), br#"{"order_id":7,"total_cents":9,"more":[]}"#)
    };
    let placed = Placed {
        order_id: 7,
        total_cents: 9,
    };
    assert_eq!(read("order.placed", 1).as_ref(), Ok(&placed));
    assert_eq!(read("order.placed", 3), Ok(placed));
    for (name, number) in [("order.placed", 2), ("order.placed", 4), ("order.paid", 1)] {
        assert_eq!(
            read(name, number),
            Err(DecodeError::unknown_type(name, version(number)))
        );
    }
    let wrong = Placed::decode_named("order.placed", version(1), b"{}");
    assert!(matches!(wrong, Err(DecodeError::Body { type_name, .. }) if type_name == "order.placed.v1"));
}

#[handler]
async fn invoice(order: Envelope<Placed>) {
    drop(order);
}

#[handler(batch(max = 5, within = "1s"))]
async fn many(orders: Batch<Placed>) {
    drop(orders);
}

#[test]
fn handlers_take_it_as_they_take_an_event() {
    assert_eq!(<Placed as Input>::CONTRACTS, [Placed::CONTRACT]);
    assert_eq!(
        <Envelope<Placed> as Input>::CONTRACTS,
        <Batch<Placed> as Input>::CONTRACTS
    );
    let _ = Service::new("billing").handle::<invoice>().handle::<many>();
}

#[test]
fn sensitive_fields_are_not_shown() {
    let noted = Noted {
        note: Some("secret".to_owned()),
    };
    assert_eq!(format!("{noted:?}"), r#"Noted { note: "[redacted]" }"#);
    assert!(noted.note.is_some());
}
