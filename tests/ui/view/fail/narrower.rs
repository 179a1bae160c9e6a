use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.viewed", versions = [1])]
struct Viewed {
    total_cents: i32,
}

fn main() {}
