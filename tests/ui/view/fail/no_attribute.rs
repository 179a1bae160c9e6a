use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
struct Viewed {
    total_cents: i64,
}

fn main() {}
