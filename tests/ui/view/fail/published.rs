use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.viewed", versions = [1])]
struct Viewed {
    total_cents: i64,
}

#[handler]
async fn again(order: Viewed) -> Viewed {
    order
}

fn main() {}
