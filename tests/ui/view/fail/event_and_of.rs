use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.viewed", versions = [1], of = Viewed)]
struct Viewed {
    total_cents: i64,
}

fn main() {}
