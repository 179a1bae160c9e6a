use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.viewed")]
struct Viewed {
    total_cents: i64,
}

fn main() {}
