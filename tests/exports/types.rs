//! Rust types of every kind, with their shapes written by hand, so that these tests stand on nothing but serde.

use event_contract::{Choice, Object, Schema, Shape, ShapeField as Field, Tagging, Unknown, Variant, sorted};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A type: its shape, and what serde makes of a value.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Reads a value and writes it again.
    pub(crate) again: fn(&Value) -> Result<Value, String>,
}

/// The case of a type in this file.
pub(crate) fn named(name: &str) -> Case {
    let ends = |case: &Case| case.name.ends_with(&format!("types::{name}"));
    all().into_iter().find(ends).unwrap()
}

fn case<T: Schema + Serialize + DeserializeOwned>() -> Case {
    Case {
        name: std::any::type_name::<T>(),
        shape: T::SHAPE,
        again: |value| {
            let read: T = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
            Ok(serde_json::to_value(read).unwrap())
        },
    }
}

macro_rules! cases {
    ($($ty:ty,)*) => { vec![$(case::<$ty>()),*] };
}

pub(crate) fn all() -> Vec<Case> {
    cases![
        (), bool, char, i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, usize, f32, f64, String,
        std::num::NonZeroU8, std::net::IpAddr, std::net::Ipv4Addr, std::net::Ipv6Addr, std::net::SocketAddr,
        std::time::Duration, std::path::PathBuf,
        Option<bool>, Option<String>, Option<Line>, Option<Channel>, Vec<Option<u8>>, Vec<u8>, BTreeSet<String>,
        [u8; 3], [Line; 2], (String, u8), (bool, (char, Vec<f64>)),
        BTreeMap<String, u8>, BTreeMap<u32, String>, BTreeMap<i8, ()>, BTreeMap<bool, u8>, BTreeMap<char, u8>,
        BTreeMap<Channel, Vec<Line>>, BTreeMap<uuid::Uuid, u8>,
        Value, serde_json::Map<String, Value>, uuid::Uuid,
        jiff::Timestamp, jiff::Zoned, jiff::civil::DateTime, jiff::civil::Date, jiff::civil::Time,
        jiff::SignedDuration, jiff::Span,
        chrono::DateTime<chrono::Utc>, chrono::NaiveDateTime, chrono::NaiveDate, chrono::NaiveTime,
        rust_decimal::Decimal,
        Line, Strict, Loose, Channel, Payment, Tagged, Beside, Outer, Inside, Open, Order,
    ]
}

macro_rules! object {
    ($ty:ident, $unknown:ident, [$($field:expr),* $(,)?]) => {
        impl Schema for $ty {
            const SHAPE: Shape = Shape::Object(
                &Object::new(stringify!($ty), &sorted([$($field),*])).with_unknown(Unknown::$unknown),
            );
        }
    };
}

macro_rules! choice {
    ($ty:ident, $tagging:expr, $open:literal, [$($variant:expr),* $(,)?]) => {
        impl Schema for $ty {
            const SHAPE: Shape = {
                const VARIANTS: &[Variant] = &[$($variant),*];
                const CHOICE: Choice = Choice::new(stringify!($ty), $tagging, VARIANTS);
                const OPEN: Choice = CHOICE.open();
                Shape::Choice(if $open { &OPEN } else { &CHOICE })
            };
        }
    };
}

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
    qty: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

object!(
    Line,
    Ignored,
    [
        Field::new("sku", Shape::STRING),
        Field::new("qty", u32::SHAPE),
        Field::new("note", <Option<String>>::SHAPE).sometimes(false).sensitive(),
    ]
);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    #[serde(rename = "a-b")]
    a: Option<Line>,
    #[serde(default, alias = "bb")]
    b: i8,
}

object!(
    Strict,
    Refused,
    [
        Field::new("a-b", <Option<Line>>::SHAPE).sensitive(),
        Field::new("b", i8::SHAPE).with_default("").with_reads(&["b", "bb"]),
    ]
);

#[derive(Serialize, Deserialize)]
struct Loose {
    id: uuid::Uuid,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

object!(Loose, Kept, [Field::new("id", uuid::Uuid::SHAPE)]);

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Channel {
    Web,
    #[serde(alias = "shop")]
    InStore,
    #[serde(other)]
    Unknown,
}

choice!(
    Channel,
    Tagging::External,
    false,
    [
        Variant::new("web", None),
        Variant::new("in_store", None).with_reads(&["in_store", "shop"]),
        Variant::new("unknown", None).catch_all(),
    ]
);

#[derive(Serialize, Deserialize)]
enum Payment {
    Cash,
    Card(String),
    Split(u8, u8),
    Transfer { iban: String, reference: Option<String> },
    Parts(Vec<Line>),
}

const TRANSFER: Shape = Shape::Object(&Object::new(
    "Transfer",
    &sorted([
        Field::new("iban", Shape::STRING).sensitive(),
        Field::new("reference", <Option<String>>::SHAPE),
    ]),
));

choice!(
    Payment,
    Tagging::External,
    false,
    [
        Variant::new("Cash", None),
        Variant::new("Card", Some(Shape::STRING)),
        Variant::new("Split", Some(<(u8, u8)>::SHAPE)),
        Variant::new("Transfer", Some(TRANSFER)),
        Variant::new("Parts", Some(<Vec<Line>>::SHAPE)),
    ]
);

#[derive(Serialize, Deserialize)]
#[serde(tag = "method")]
enum Tagged {
    Cash,
    Line(Line),
    Transfer {
        iban: String,
        reference: Option<String>,
    },
    Prices(BTreeMap<String, String>),
    #[serde(other)]
    Other,
}

choice!(
    Tagged,
    Tagging::Internal("method"),
    false,
    [
        Variant::new("Cash", None),
        Variant::new("Line", Some(Line::SHAPE)),
        Variant::new("Transfer", Some(TRANSFER)),
        Variant::new("Prices", Some(<BTreeMap<String, String>>::SHAPE)),
        Variant::new("Other", None).catch_all(),
    ]
);

#[derive(Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Beside {
    None,
    Many(Vec<u8>),
    Named { a: bool },
}

const NAMED: Shape = Shape::Object(&Object::new("Named", &sorted([Field::new("a", Shape::Bool)])));

choice!(
    Beside,
    Tagging::Adjacent("t", "c"),
    false,
    [
        Variant::new("None", None),
        Variant::new("Many", Some(<Vec<u8>>::SHAPE)),
        Variant::new("Named", Some(NAMED)),
    ]
);

#[derive(Serialize, Deserialize)]
#[serde(tag = "outer")]
enum Outer {
    Tagged(Tagged),
}

choice!(
    Outer,
    Tagging::Internal("outer"),
    false,
    [Variant::new("Tagged", Some(Tagged::SHAPE))]
);

#[derive(Serialize, Deserialize)]
#[serde(tag = "inside")]
enum Inside {
    Channel(Channel),
}

choice!(
    Inside,
    Tagging::Internal("inside"),
    false,
    [Variant::new("Channel", Some(Channel::SHAPE))]
);

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Open {
    Parcel {
        weight_kg: f64,
    },
    #[serde(other)]
    Unknown,
}

const PARCEL: Shape = Shape::Object(&Object::new("parcel", &sorted([Field::new("weight_kg", f64::SHAPE)])));

choice!(
    Open,
    Tagging::Internal("type"),
    true,
    [
        Variant::new("parcel", Some(PARCEL)),
        Variant::new("unknown", None).catch_all(),
    ]
);

/// Everything at once.
#[derive(Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) order_id: uuid::Uuid,
    email: String,
    lines: Vec<Line>,
    channel: Channel,
    payment: Payment,
    tagged: Option<Tagged>,
    beside: Beside,
    placed_at: jiff::Timestamp,
    shares: [u8; 2],
    parcel: Open,
}

object!(
    Order,
    Ignored,
    [
        Field::new("order_id", uuid::Uuid::SHAPE),
        Field::new("email", Shape::STRING).sensitive(),
        Field::new("lines", <Vec<Line>>::SHAPE),
        Field::new("channel", Channel::SHAPE),
        Field::new("payment", Payment::SHAPE).sensitive(),
        Field::new("tagged", <Option<Tagged>>::SHAPE),
        Field::new("beside", Beside::SHAPE),
        Field::new("placed_at", jiff::Timestamp::SHAPE),
        Field::new("shares", <[u8; 2]>::SHAPE),
        Field::new("parcel", Open::SHAPE),
    ]
);
