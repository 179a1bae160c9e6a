#![deny(warnings)]

use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Line {
    sku: String,
    quantity: u32,
}

/// What is written down, and a field more.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.broken", version = 1, owner = "checkout")]
struct Kept {
    order_id: Uuid,
    lines: Vec<Line>,
    total_cents: i64,
    note: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, Schema)]
#[schema(open)]
enum Channel {
    Web,
    Store,
    Phone,
    #[serde(other)]
    Unknown,
}

/// An open enum grows without a word.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.open", version = 1, owner = "checkout")]
struct Open {
    channel: Channel,
}

fn main() {}
