use event_runtime::prelude::*;
use std::collections::BTreeMap;

/// Behind the tag serde reads through a buffer.
#[derive(Debug, Serialize, Deserialize, Schema)]
#[serde(tag = "method")]
enum Payment {
    Card { last4: String },
    Points { by_year: BTreeMap<u16, u32> },
    Chain { wei: u128 },
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "checkout")]
struct OrderPaid {
    payment: Payment,
}

fn main() {}
