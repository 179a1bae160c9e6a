use event_runtime::prelude::*;

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
}

#[derive(Serialize, Deserialize, Schema)]
struct Order {
    lines: Vec<Line>,
    when: std::time::Instant,
}

fn main() {}
