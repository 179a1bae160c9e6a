use event_runtime::prelude::*;
use event_runtime::{DecodeError, Version};

#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "payments")]
struct OrderPaid {
    order_id: u32,
}

#[derive(Debug, PartialEq, EventSet)]
enum OrderEvents {
    Placed(OrderPlaced),
    Paid(OrderPaid),
}

#[test]
fn members_are_read_by_name() {
    let read = |name: &str, version: u32| {
        OrderEvents::decode_named(name, Version::new(version).unwrap(), br#"{"order_id":7}"#)
    };
    assert_eq!(
        read("order.placed", 1),
        Ok(OrderEvents::Placed(OrderPlaced { order_id: 7 }))
    );
    assert_eq!(read("order.paid", 1), Ok(OrderEvents::Paid(OrderPaid { order_id: 7 })));
    for (name, version) in [("order.paid", 2), ("order.sent", 1)] {
        assert!(
            matches!(read(name, version), Err(DecodeError::UnknownType { .. })),
            "{name}.v{version}"
        );
    }
}

#[test]
fn the_set_knows_its_contracts() {
    let names: Vec<_> = OrderEvents::CONTRACTS
        .iter()
        .map(|contract| contract.type_name)
        .collect();
    assert_eq!(names, ["order.placed.v1", "order.paid.v1"]);
}

#[test]
fn every_event_converts_into_the_set() {
    assert_eq!(
        OrderEvents::from(OrderPaid { order_id: 1 }),
        OrderEvents::Paid(OrderPaid { order_id: 1 })
    );
}
