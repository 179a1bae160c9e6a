//! Types of other crates, each behind the feature of its crate.
//!
//! Cargo features of those crates can change some of the forms for a whole build (`rust_decimal` has such); the generated
//! test of a contract writes its sample again and sees it.

#![allow(unused_imports, reason = "without any of the features")]

use super::Schema;
use crate::Shape;

macro_rules! foreign {
    ($($feature:literal: $($ty:ty = $shape:expr),+;)*) => {
        $($(
            #[cfg(feature = $feature)]
            impl Schema for $ty {
                const SHAPE: Shape = $shape;
            }
        )+)*
    };
}

foreign! {
    "json": serde_json::Value = Shape::Any;
    "uuid": uuid::Uuid = Shape::Text("uuid");
    "chrono": chrono::NaiveDateTime = Shape::Text("local-date-time"),
        chrono::NaiveDate = Shape::Text("date"),
        chrono::NaiveTime = Shape::Text("time");
    "jiff": jiff::Timestamp = Shape::Text("date-time"),
        jiff::Zoned = Shape::Text("zoned-date-time"),
        jiff::civil::DateTime = Shape::Text("local-date-time"),
        jiff::civil::Date = Shape::Text("date"),
        jiff::civil::Time = Shape::Text("time"),
        jiff::SignedDuration = Shape::Text("duration"),
        jiff::Span = Shape::Text("duration");
    "rust_decimal": rust_decimal::Decimal = Shape::Text("decimal");
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> Schema for chrono::DateTime<Z> {
    const SHAPE: Shape = Shape::Text("date-time");
}

#[cfg(feature = "json")]
impl Schema for serde_json::Map<String, serde_json::Value> {
    const SHAPE: Shape = Shape::Map(&Shape::STRING, &Shape::Any);
}
