#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code)]

mod framework {
    pub(crate) use ::event_runtime as events;
}

type String = u8;

#[derive(::serde::Serialize, ::serde::Deserialize, ::event_runtime::Schema)]
#[schema(crate = "crate::framework::events")]
struct Line<T> {
    sku: ::std::string::String,
    #[schema(sensitive)]
    lot: T,
    #[serde(flatten)]
    more: Place,
}

#[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::event_runtime::Schema)]
struct Place {
    city: ::std::string::String,
}

#[derive(::serde::Serialize, ::serde::Deserialize, ::event_runtime::Schema)]
#[serde(tag = "kind")]
#[schema(open)]
enum Kind {
    Parcel { weight: u32 },
    Pallet(Place),
    #[serde(other)]
    Other,
}

#[derive(::serde::Serialize, ::serde::Deserialize, ::event_runtime::Event)]
#[event(name = "order.sent", version = 1, owner = "logistics", crate = "framework::events")]
struct OrderSent {
    #[event(key)]
    id: u64,
    lines: ::std::vec::Vec<Line<u8>>,
    kind: Kind,
}

#[derive(::serde::Deserialize, ::event_runtime::View)]
#[view(of = OrderSent, crate = "framework::events")]
struct Sent {
    id: u64,
}

fn main() {
    #[derive(::serde::Serialize, ::serde::Deserialize, ::event_runtime::Event)]
    #[event(name = "order.seen", version = 1, owner = "logistics")]
    struct Inside {
        id: u64,
    }
}
