use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.viewed", version = [1])]
struct Viewed {
    #[view(key)]
    total_cents: i64,
}

fn main() {}
