use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Line {
    sku: String,
    quantity: u64,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.broken", version = 1, owner = "checkout")]
struct Broken {
    order_id: Uuid,
    lines: Vec<Line>,
    total_cents: Option<i64>,
}

fn main() {}
